"""Do frames, flow and gaze agree about a clip? What does not is named, never patched."""

from dataclasses import dataclass

from pipeline.clips.stored import StoredSession
from pipeline.tables.clips import Clip


@dataclass(frozen=True)
class Fault:
    """Why a clip cannot be used: a word to count by, and what was found and expected."""

    reason: str
    detail: str


def count_frames(clip: Clip) -> int:
    """Return the frames of a clip; its video counts, where the session's range differs."""
    return clip.video_stop - clip.video_start


def is_covered_by_gaze(clip: Clip, num_gaze_rows: int) -> bool:
    """Return whether every frame of a clip has a gaze row (which may say: no sample)."""
    return clip.session_start >= 0 and clip.session_start + count_frames(clip) <= num_gaze_rows


def find_fault(clip: Clip, stored: StoredSession, *, needs_flow: bool) -> Fault | None:
    """Return the first disagreement about a clip's images, or None."""
    if count_frames(clip) < 2:
        return Fault("too_short", f"found {count_frames(clip)} frames, flow needs two or more")
    if clip.video not in stored.frames.items:
        return Fault("no_frames", f"the session's frame store lacks {clip.video}")
    if needs_flow and clip.video not in stored.flow.items:
        return Fault("no_flow", f"the session's flow store lacks {clip.video}")
    num_frames = len(stored.frames.items[clip.video])
    if clip.video_stop > num_frames:
        return Fault(
            "beyond_video",
            f"needs frames to before {clip.video_stop}, found {num_frames} in {clip.video}",
        )
    num_pairs = len(stored.flow.items.get(clip.video, range(0)))
    if needs_flow and num_pairs != num_frames - 1:
        return Fault(
            "flow_differs",
            f"found {num_pairs} flow pairs of {clip.video}, expected {num_frames - 1}",
        )
    return None
