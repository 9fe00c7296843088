"""What the parts of a split share: subjects, sessions, and frames of the same session.

A network that has seen a test clip's frames in training is asked what it remembers.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.tables.clips import TEST, TRAIN, VALIDATION, Clip

PAIRS = {
    "test_in_train": (TEST, TRAIN),
    "validation_in_train": (VALIDATION, TRAIN),
    "test_in_validation": (TEST, VALIDATION),
}


@dataclass(frozen=True)
class Overlap:
    """What the clips of one part share with those of another; all are counts of the one part."""

    clips: int
    subjects: int
    """Known ones."""
    subjects_shared: int
    sessions: int
    sessions_shared: int
    clips_sharing_frames: int
    """Clips with a frame of their session that a clip of the other part has too."""
    clips_sharing_more_than_half: int
    """Clips with more than half of their frames in clips of the other part; a frame that several
    of these have counts once."""


@dataclass(frozen=True)
class Covered:
    """The frames of one session that some clips cover, as ranges that do not touch, in order.

    Args:
        starts: first frames.
        stops: frames after the last.
        before: how many frames the earlier ranges cover.
    """

    starts: tuple[int, ...]
    stops: tuple[int, ...]
    before: tuple[int, ...]

    def count_before(self, frame: int) -> int:
        """Return how many of the session's frames before one are covered."""
        begun = bisect_left(self.starts, frame)
        if begun == 0:
            return 0
        last = begun - 1
        return self.before[last] + min(frame, self.stops[last]) - self.starts[last]


def audit_parts(clips: Sequence[Clip]) -> dict[str, Overlap]:
    """Measure what test and validation share with training, and test with validation."""
    parts: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        parts[clip.part].append(clip)
    return {
        name: measure_overlap(parts[part], parts[other]) for name, (part, other) in PAIRS.items()
    }


def measure_overlap(clips: Sequence[Clip], others: Sequence[Clip]) -> Overlap:
    """Count what clips share with others, in session frames from start to before stop.

    Both are sorted once; 10,000 clips take some hundredths of a second.
    """
    covered = cover_sessions(others)
    subjects = {clip.subject for clip in clips} - {""}
    sessions = {clip.session for clip in clips}
    shared = [_count_shared(clip, covered) for clip in clips]
    return Overlap(
        clips=len(clips),
        subjects=len(subjects),
        subjects_shared=len(subjects & {clip.subject for clip in others}),
        sessions=len(sessions),
        sessions_shared=len(sessions & set(covered)),
        clips_sharing_frames=sum(frames > 0 for frames in shared),
        clips_sharing_more_than_half=sum(
            2 * frames > clip.session_stop - clip.session_start
            for clip, frames in zip(clips, shared, strict=True)
        ),
    )


def describe_overlap(overlap: Overlap) -> str:
    """Say what the test part shares with training, in one line."""
    return (
        f"test shares {overlap.subjects_shared} of {overlap.subjects} subjects and "
        f"{overlap.sessions_shared} of {overlap.sessions} sessions with training; "
        f"{overlap.clips_sharing_frames} of {overlap.clips} test clips share frames, "
        f"{overlap.clips_sharing_more_than_half} more than half of theirs"
    )


def cover_sessions(clips: Sequence[Clip]) -> dict[str, Covered]:
    """Return the frames of each session that clips cover."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for clip in clips:
        spans[clip.session].append((clip.session_start, clip.session_stop))
    return {session: _cover(sorted(found)) for session, found in spans.items()}


def _cover(spans: Sequence[tuple[int, int]]) -> Covered:
    starts: list[int] = []
    stops: list[int] = []
    before: list[int] = []
    for start, stop in spans:
        if stops and start <= stops[-1]:
            stops[-1] = max(stops[-1], stop)
            continue
        before.append(before[-1] + stops[-1] - starts[-1] if starts else 0)
        starts.append(start)
        stops.append(stop)
    return Covered(tuple(starts), tuple(stops), tuple(before))


def _count_shared(clip: Clip, covered: dict[str, Covered]) -> int:
    """Return how many frames of a clip are covered."""
    if clip.session not in covered:
        return 0
    session = covered[clip.session]
    return session.count_before(clip.session_stop) - session.count_before(clip.session_start)
