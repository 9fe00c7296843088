"""Colours of figures; the page has the same ones, and darker grounds, in `assets/page.css`."""

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
