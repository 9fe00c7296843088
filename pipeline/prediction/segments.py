"""Overlapping segments of a stream of frames, of which a few seconds are held at a time."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.prediction.errors import PredictionError
from pipeline.prediction.stored import SLACK_SECONDS, Frame

MOST_FRAMES = 4096
"""In a segment: a bound on memory. At 24 frames a second it is almost three minutes."""


@dataclass(frozen=True)
class Segment:
    """Some seconds of a video, which are predicted as one clip.

    Args:
        start: seconds since the first frame.
        stop: where it ends, exclusive.
        frames: those in it, at least one.
    """

    start: float
    stop: float
    frames: Sequence[Frame]

    @property
    def middle(self) -> float:
        """Return the time halfway."""
        return (self.start + self.stop) / 2


def cut_segments(
    frames: Iterator[Frame], length_seconds: float, stride_seconds: float, frame_seconds: float
) -> Iterator[Segment]:
    """Yield segments of a length at a stride; the last one is moved back to end with the video.

    A video that is shorter than a segment is one. A stretch in which no frame begins, as a paused
    recording has it, gives none.

    Args:
        frames: in the order of their times.
        length_seconds: of a segment.
        stride_seconds: from the start of one to the start of the next.
        frame_seconds: how long a frame lasts, for the end of the last one.

    Raises:
        PredictionError: a segment has more frames than memory should hold.
    """
    held: deque[Frame] = deque()  # never more than a segment's length
    number, covered = 0, -1  # of the next segment; the newest frame that a segment had
    for frame in frames:
        while frame.time >= number * stride_seconds + length_seconds - SLACK_SECONDS:
            start = number * stride_seconds
            segment = _cut(held, start, start + length_seconds)
            number += 1
            if segment is None:  # no frame until this one: go on with the first that has it
                number = max(number, int((frame.time - length_seconds) // stride_seconds) + 1)
                continue
            covered = segment.frames[-1].number
            yield segment
            del segment  # else memory holds it while the next is gathered
        _drop(held, min(number * stride_seconds, frame.time - length_seconds))
        held.append(frame)
        _check_count(held, length_seconds)
    if held and held[-1].number > covered:
        stop = held[-1].time + frame_seconds
        last = _cut(held, max(0.0, stop - length_seconds), stop)
        if last is not None:
            yield last


def _cut(held: deque[Frame], start: float, stop: float) -> Segment | None:
    bounds = (start - SLACK_SECONDS, stop - SLACK_SECONDS)
    inside = [frame for frame in held if bounds[0] <= frame.time < bounds[1]]
    return Segment(start, stop, inside) if inside else None


def _check_count(held: deque[Frame], length_seconds: float) -> None:
    if len(held) > MOST_FRAMES:
        raise PredictionError(
            f"found more than {MOST_FRAMES} frames in a segment of {length_seconds:g} s at "
            f"{held[-1].time:.1f} s; give a shorter --length, or fewer frames by --rate"
        )


def _drop(held: deque[Frame], before: float) -> None:
    """Let go of the frames that no later segment has."""
    while held and held[0].time < before - SLACK_SECONDS:
        held.popleft()
