"""Colours of figures in a light and a dark page; `page.css` holds the same ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """Colours as CSS hex words.

    Args:
        ink: text.
        muted: ticks and grid.
        paper: background of the cards that figures stand on.
        streams: colour of each stream's lines.
        ramp: colours from no clip to all clips of a confusion matrix's row.
    """

    ink: str
    muted: str
    paper: str
    streams: dict[str, str]
    ramp: tuple[str, ...]


LIGHT = Theme(
    ink="#17202a",
    muted="#8a94a3",
    paper="#ffffff",
    streams={"rgb": "#2f6fde", "flow": "#c9700a", "joint": "#a23fb0", "fused": "#0b8a74"},
    ramp=("#f6f8fb", "#bcd3f7", "#5e92e6", "#1d4fae", "#0b2559"),
)

DARK = Theme(
    ink="#e8edf4",
    muted="#76839a",
    paper="#171d27",
    streams={"rgb": "#79a8ff", "flow": "#f2a74b", "joint": "#d98be6", "fused": "#3fd0b2"},
    ramp=("#1d2430", "#233f6e", "#3a6cc0", "#7fb0ff", "#e6f0ff"),
)
