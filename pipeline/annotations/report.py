"""The counts that say what the index holds and what it lacks: `data/index/report.json`."""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

from pipeline.annotations.listing import Listing
from pipeline.annotations.splits import Carving
from pipeline.atomic import write_text
from pipeline.tables.classes import KINDS, LabelClass, of_kind
from pipeline.tables.clips import PARTS, TEST, TRAIN, VALIDATION, Clip

SHORT_FRAMES = (16, 24)
"""A window of STAM's protocol, and a clip of IGA's."""


@dataclass(frozen=True)
class IndexReport:
    """Counts over the clips that are left, but for ``quarantined``."""

    clips: Mapping[str, int]
    """By part."""
    classes: Mapping[str, int]
    """By kind."""
    sessions: int
    subjects: int
    frames: int
    """Of the clips; frames that two clips share count twice."""
    validation_groups: tuple[str, ...]
    """Sessions or subjects that were held back whole."""
    kept_in_training_for_class: int
    """Clips not held back because no other training clip has their class."""
    classes_without: Mapping[str, tuple[str, ...]]
    """Names of the actions without a clip, by part."""
    clips_sharing_frames_with_training: Mapping[str, int]
    """Validation and test clips that overlap a training clip of their session in time."""
    clips_shorter_than: Mapping[str, int]
    """By frames."""
    clips_of_other_length: Mapping[str, int]
    """Clips whose video has other than the frames that the name says; least and most: by how many
    frames more (negative: fewer)."""
    clips_with_other_nouns: int
    """Clips whose nouns are not exactly those of their action's name."""
    sessions_with_gaze: int
    quarantined: Mapping[str, int]
    """Left out, by reason."""


def make_report(listing: Listing, carving: Carving, reasons: Sequence[str]) -> IndexReport:
    """Count.

    Args:
        listing: what the reader gave.
        carving: the clips left, with their final parts.
        reasons: of all quarantined entries.
    """
    clips = carving.clips
    sessions = {clip.session for clip in clips}
    actions = of_kind(listing.classes, "action")
    return IndexReport(
        clips={part: sum(clip.part == part for clip in clips) for part in PARTS},
        classes={kind: len(of_kind(listing.classes, kind)) for kind in KINDS},
        sessions=len(sessions),
        subjects=len({clip.subject for clip in clips} - {""}),
        frames=sum(clip.video_stop - clip.video_start for clip in clips),
        validation_groups=carving.groups,
        kept_in_training_for_class=carving.kept_for_class,
        classes_without={part: _classes_without(clips, part, actions) for part in PARTS},
        clips_sharing_frames_with_training=_count_sharing(clips),
        clips_shorter_than={
            str(frames): sum(clip.video_stop - clip.video_start < frames for clip in clips)
            for frames in SHORT_FRAMES
        },
        clips_of_other_length=_measure_other_lengths(clips),
        clips_with_other_nouns=sum(clip.nouns != actions[clip.action].nouns for clip in clips),
        sessions_with_gaze=len(sessions & set(listing.gaze)),
        quarantined=dict(sorted(Counter(reasons).items())),
    )


def write_report(path: Path, report: IndexReport) -> None:
    """Write ``report.json``."""
    write_text(path, json.dumps(asdict(report), indent=2) + "\n")


def report_metrics(report: IndexReport) -> dict[str, float]:
    """Return the counts as metrics by slash names; lists of names as their lengths."""
    metrics: dict[str, float] = {}
    for name, value in asdict(report).items():
        entries = value if isinstance(value, dict) else {"": value}
        for key, entry in entries.items():
            address = f"{name}/{key}" if key else name
            metrics[address] = float(entry if isinstance(entry, int) else len(entry))
    return metrics


def _classes_without(
    clips: Sequence[Clip], part: str, actions: Sequence[LabelClass]
) -> tuple[str, ...]:
    present = {clip.action for clip in clips if clip.part == part}
    return tuple(action.name for action in actions if action.id not in present)


def _count_sharing(clips: Sequence[Clip]) -> dict[str, int]:
    training: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for clip in clips:
        if clip.part == TRAIN:
            training[clip.session].append((clip.session_start, clip.session_stop))
    starts, stops = {}, {}
    for session, spans in training.items():
        starts[session] = sorted(start for start, _ in spans)
        stops[session] = list(accumulate((stop for _, stop in sorted(spans)), max))

    def shares(clip: Clip) -> bool:
        num_begun = bisect_left(starts.get(clip.session, []), clip.session_stop)
        return num_begun > 0 and stops[clip.session][num_begun - 1] > clip.session_start

    return {
        part: sum(clip.part == part and shares(clip) for clip in clips)
        for part in (VALIDATION, TEST)
    }


def _measure_other_lengths(clips: Sequence[Clip]) -> dict[str, int]:
    differences = [
        (clip.video_stop - clip.video_start) - (clip.session_stop - clip.session_start)
        for clip in clips
    ]
    return {
        "clips": sum(difference != 0 for difference in differences),
        "least": min(differences),
        "most": max(differences),
    }
