"""The counts that say what the index holds and what it lacks: `data/index/report.json`."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.annotations.audit import Overlap, audit_parts
from pipeline.annotations.division import Division
from pipeline.annotations.listing import Listing
from pipeline.annotations.splits import Carving
from pipeline.atomic import write_text
from pipeline.tables.classes import KINDS, LabelClass, of_kind
from pipeline.tables.clips import PARTS, TEST, Clip

SHORT_FRAMES = (16, 24)
"""A window of STAM's protocol, and a clip of IGA's."""


@dataclass(frozen=True)
class ProtocolRecord:
    """How the clips came to their parts."""

    name: str
    seed: int | None
    """Of what the protocol drew; null where the lists say all."""
    test_groups: tuple[str, ...]
    """Sessions or subjects drawn for the test part."""
    widened: Mapping[str, int]
    """Clips that were given more frames than listed, by part."""


@dataclass(frozen=True)
class IndexReport:
    """Counts over the clips that are left, but for ``quarantined``."""

    protocol: ProtocolRecord
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
    classes_only_in: Mapping[str, tuple[str, ...]]
    """Names of the actions that only test has, or only the others (``train``) have."""
    audit: Mapping[str, Overlap]
    """What test and validation share with training, and test with validation."""
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


def record_protocol(
    name: str, seed: int | None, division: Division, clips: Sequence[Clip]
) -> ProtocolRecord:
    """Say what a protocol did, with its widened clips counted by their final parts."""
    widened = Counter(clip.part for clip in clips if clip.clip in division.widened)
    return ProtocolRecord(name, seed, division.test_groups, {part: widened[part] for part in PARTS})


def make_report(
    listing: Listing, protocol: ProtocolRecord, carving: Carving, reasons: Sequence[str]
) -> IndexReport:
    """Count.

    Args:
        listing: what the reader gave.
        protocol: how the clips were divided.
        carving: the clips left, with their final parts.
        reasons: of all quarantined entries.
    """
    clips = carving.clips
    sessions = {clip.session for clip in clips}
    actions = of_kind(listing.classes, "action")
    return IndexReport(
        protocol=protocol,
        clips={part: sum(clip.part == part for clip in clips) for part in PARTS},
        classes={kind: len(of_kind(listing.classes, kind)) for kind in KINDS},
        sessions=len(sessions),
        subjects=len({clip.subject for clip in clips} - {""}),
        frames=sum(clip.video_stop - clip.video_start for clip in clips),
        validation_groups=carving.groups,
        kept_in_training_for_class=carving.kept_for_class,
        classes_without={part: _classes_without(clips, part, actions) for part in PARTS},
        classes_only_in=_one_sided_classes(clips, actions),
        audit=audit_parts(clips),
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
    return dict(_flatten("", asdict(report)))


def _flatten(address: str, value: object) -> Iterator[tuple[str, float]]:
    """Yield the numbers below an address; words and nulls are no metrics."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _flatten(f"{address}/{key}" if address else str(key), entry)
    elif isinstance(value, int):
        yield address, float(value)
    elif isinstance(value, tuple):
        yield address, float(len(value))


def _classes_without(
    clips: Sequence[Clip], part: str, actions: Sequence[LabelClass]
) -> tuple[str, ...]:
    present = {clip.action for clip in clips if clip.part == part}
    return tuple(action.name for action in actions if action.id not in present)


def _one_sided_classes(
    clips: Sequence[Clip], actions: Sequence[LabelClass]
) -> dict[str, tuple[str, ...]]:
    tested = {clip.action for clip in clips if clip.part == TEST}
    others = {clip.action for clip in clips if clip.part != TEST}
    return {
        "train": tuple(action.name for action in actions if action.id in others - tested),
        "test": tuple(action.name for action in actions if action.id in tested - others),
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
