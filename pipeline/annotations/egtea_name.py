"""EGTEA Gaze+'s clip names, which carry the session, the milliseconds and the frames.

``OP01-R01-PastaSalad-637157-637787-F015290-F015308``: the action lasts from 637157 to 637787 ms,
the clip holds the frames 15290 to 15308 of the session, a tenth of the action added on each side.
"""

import re
from dataclasses import dataclass

from pipeline.annotations.listing import Span

FRAMES_PER_SECOND = 24
NAME = re.compile(
    r"(?P<session>(?P<subject>[^-\s]+)-[^-\s]+-[^-\s]+)"
    r"-(?P<start_ms>\d+)-(?P<stop_ms>\d+)-F(?P<start>\d+)-F(?P<stop>\d+)"
)


class ClipNameError(ValueError):
    """A clip's name breaks EGTEA Gaze+'s rule."""


@dataclass(frozen=True)
class EgteaName:
    """What a clip's name says; ``frames`` are the F numbers, the second taken as exclusive."""

    session: str
    subject: str
    frames: Span


def padded_frames(start_ms: int, stop_ms: int) -> Span:
    """Return the F numbers of an action's milliseconds, at 24 frames a second.

    The rule is not documented by the authors; it holds for all 10,321 official names.
    """
    first = FRAMES_PER_SECOND * start_ms // 1000
    last = -(-FRAMES_PER_SECOND * stop_ms // 1000)
    padding = (last - first + 1) // 10
    return Span(first - padding, last + padding)


def parse_name(name: str) -> EgteaName:
    """Take a clip's name apart, and check its frames against its milliseconds.

    Raises:
        ClipNameError: another form, or frames that do not follow from the milliseconds.
    """
    match = NAME.fullmatch(name)
    if match is None:
        raise ClipNameError(
            f"'{name}' is not <subject>-<recipe>-<name>-<start ms>-<stop ms>-F<start>-F<stop>"
        )
    found = Span(int(match["start"]), int(match["stop"]))
    expected = padded_frames(int(match["start_ms"]), int(match["stop_ms"]))
    if found != expected or found.stop <= found.start:
        raise ClipNameError(
            f"'{name}' says F{found.start}-F{found.stop}, its milliseconds at "
            f"{FRAMES_PER_SECOND} fps with 10% padding give F{expected.start}-F{expected.stop}"
        )
    return EgteaName(session=match["session"], subject=match["subject"], frames=found)
