"""EGTEA Gaze+'s official splits, two lists each: the clips of one, or of several together."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.annotations.duplicates import drop_duplicates
from pipeline.annotations.egtea_rows import read_split_list
from pipeline.annotations.listing import ListedClip
from pipeline.quarantine import Quarantined
from pipeline.tables.clips import TEST, TRAIN

Read = tuple[list[ListedClip], list[Quarantined]]
"""Clips, each name once, and what was left out."""


def list_paths(annotation_dir: Path, split: int) -> dict[str, Path]:
    """Return the lists of a split by part."""
    return {part: annotation_dir / f"{part}_split{split}.txt" for part in (TRAIN, TEST)}


def read_splits(
    annotation_dir: Path, splits: Sequence[int], num_classes: Mapping[str, int]
) -> Read:
    """Read splits together: each clip once, with its part in the first split that lists it.

    A clip that one split's lists do not give soundly is left out, whatever the others say, and
    named once. Where several splits are asked for, one without any list is passed over.

    Args:
        annotation_dir: folder of the lists.
        splits: their numbers, at least one.
        num_classes: number of classes by kind (action, verb, noun).

    Raises:
        AnnotationError: a list is absent or empty.
    """
    present = [split for split in splits if _has_list(annotation_dir, split)]
    found: dict[str, ListedClip] = {}
    quarantined: list[Quarantined] = []
    unsound: set[str] = set()
    for split in present or splits[:1]:
        clips, faulty = _read_split(annotation_dir, split, num_classes)
        for clip in clips:
            found.setdefault(clip.clip, clip)
        known = {entry.clip for entry in quarantined}
        quarantined += [entry for entry in faulty if entry.clip not in known]
        unsound |= {entry.clip for entry in faulty} - {clip.clip for clip in clips}
    return [clip for name, clip in found.items() if name not in unsound], quarantined


def _has_list(annotation_dir: Path, split: int) -> bool:
    return any(path.is_file() for path in list_paths(annotation_dir, split).values())


def _read_split(annotation_dir: Path, split: int, num_classes: Mapping[str, int]) -> Read:
    listed: list[ListedClip] = []
    quarantined: list[Quarantined] = []
    for part, path in list_paths(annotation_dir, split).items():
        clips, faulty = read_split_list(path, part, num_classes)
        listed += clips
        quarantined += faulty
    once, repeated = drop_duplicates(listed)
    return once, [*quarantined, *repeated]
