"""EGTEA Gaze+'s rule for clip names, from milliseconds to padded frame numbers."""

from dataclasses import dataclass

FRAMES_PER_SECOND = 24


@dataclass(frozen=True)
class FrameSpan:
    """Frames of a session; ``stop`` is exclusive."""

    start: int
    stop: int

    def __len__(self) -> int:
        """Return the number of frames."""
        return self.stop - self.start


def action_span(start_ms: int, stop_ms: int) -> FrameSpan:
    """Return the frames that the annotated time touches, without padding."""
    start = FRAMES_PER_SECOND * start_ms // 1000
    stop = -(-FRAMES_PER_SECOND * stop_ms // 1000)
    return FrameSpan(start, stop)


def padding_frames(action_frames: int) -> int:
    """Return the frames that a clip has before, and after, its action: 10 % each."""
    return (action_frames + 1) // 10


def clip_span(start_ms: int, stop_ms: int) -> FrameSpan:
    """Return the frames of the trimmed clip: the action and its padding.

    The rule holds for all 10,321 names of EGTEA Gaze+ (reference, section 9).
    """
    action = action_span(start_ms, stop_ms)
    padding = padding_frames(len(action))
    return FrameSpan(action.start - padding, action.stop + padding)


def clip_name(session: str, start_ms: int, stop_ms: int) -> str:
    """Return ``<session>-<start ms>-<stop ms>-F<start>-F<stop>``."""
    span = clip_span(start_ms, stop_ms)
    return f"{session}-{start_ms}-{stop_ms}-F{span.start:06d}-F{span.stop:06d}"
