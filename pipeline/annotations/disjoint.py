"""Test parts of whole sessions or whole subjects, drawn by a seed.

Only whole numbers and digests decide, so that a seed means the same split on every machine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np
from jaxtyping import Bool, Int

from pipeline.annotations.division import Division
from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.listing import ListedClip
from pipeline.tables.clips import TEST, TRAIN

NEAR_ENOUGH = 100
"""A test part is near enough to its size if it is off by at most one of so many listed clips."""


def divide_by_session(clips: Sequence[ListedClip], seed: int | None) -> Division:
    """Test on whole sessions: no session is trained on and tested on."""
    return _divide(clips, [clip.session for clip in clips], seed)


def divide_by_subject(clips: Sequence[ListedClip], seed: int | None) -> Division:
    """Test on whole subjects, and so on whole sessions of theirs."""
    return _divide(clips, [clip.subject for clip in clips], seed)


def _divide(clips: Sequence[ListedClip], group_of: Sequence[str], seed: int | None) -> Division:
    """Draw groups for as many clips as the lists have in their test part.

    Raises:
        AnnotationError: all clips are of one group.
    """
    groups = shuffle_names(set(group_of), seed)
    if len(groups) < 2:
        raise AnnotationError(
            f"a disjoint protocol needs two groups to hold apart, and all {len(clips)} clips are "
            f"of '{groups[0] if groups else ''}'; choose an official split"
        )
    num_tested = sum(clip.part == TEST for clip in clips)
    is_test = choose_groups(_count_classes(clips, group_of, groups), num_tested)
    chosen = {group for group, tested in zip(groups, is_test.tolist(), strict=True) if tested}
    divided = tuple(
        replace(clip, part=TEST if group in chosen else TRAIN)
        for clip, group in zip(clips, group_of, strict=True)
    )
    return Division(divided, tuple(sorted(chosen)), {})


def shuffle_names(names: Iterable[str], seed: int | None) -> list[str]:
    """Return names in an order that seed and names alone decide: by digests of both."""
    return sorted(names, key=lambda name: sha256(f"{seed}/{name}".encode()).digest())


def choose_groups(counts: Int[np.ndarray, "G K"], wanted: int) -> Bool[np.ndarray, " G"]:
    """Return which groups are tested on.

    Groups are taken in their order while that comes closer to the size wanted. Then the best of all
    exchanges (one group in, one out, or both) is made, as long as it is one for the better. Better
    is nearer to the size, unless it is near enough, and then fewer classes that one part alone has.

    Args:
        counts: clips of each class in each group; every class has clips.
        wanted: size of the test part in clips.
    """
    is_test = _take_first(counts.sum(axis=1), wanted)
    while True:
        exchanged = _exchange(counts, is_test, wanted)
        tested = np.stack([counts[mask].sum(axis=0) for mask in (is_test, exchanged)])  # (2, K)
        before, after = _cost(tested, counts.sum(axis=0), wanted).tolist()
        if after >= before:
            return is_test
        is_test = exchanged


def _count_classes(
    clips: Sequence[ListedClip], group_of: Sequence[str], groups: Sequence[str]
) -> Int[np.ndarray, "G K"]:
    classes = {action: k for k, action in enumerate(sorted({clip.action for clip in clips}))}
    rows = {group: row for row, group in enumerate(groups)}
    counts = np.zeros((len(groups), len(classes)), np.int64)
    for clip, group in zip(clips, group_of, strict=True):
        counts[rows[group], classes[clip.action]] += 1
    return counts


def _take_first(sizes: Int[np.ndarray, " G"], wanted: int) -> Bool[np.ndarray, " G"]:
    taken = np.zeros(len(sizes), bool)
    num_clips = 0
    for group, size in enumerate(sizes.tolist()):
        if abs(num_clips + size - wanted) < abs(num_clips - wanted):
            taken[group] = True
            num_clips += size
    return taken


def _exchange(
    counts: Int[np.ndarray, "G K"], is_test: Bool[np.ndarray, " G"], wanted: int
) -> Bool[np.ndarray, " G"]:
    """Return the best choice that is one exchange away; row G stands for no group."""
    none = len(counts)
    padded = np.append(counts, np.zeros_like(counts[:1]), axis=0)  # (G + 1, K)
    leaving = np.append(np.flatnonzero(is_test), none)  # (O,)
    coming = np.append(np.flatnonzero(~is_test), none)  # (I,)
    stays = counts[is_test].sum(axis=0) - padded[leaving]  # (O, K)
    costs = _cost(stays[:, None] + padded[coming], counts.sum(axis=0), wanted)  # (O, I)
    out, into = np.unravel_index(costs.argmin(), costs.shape)
    exchanged = np.append(is_test, False)
    exchanged[leaving[out]] = False
    exchanged[coming[into]] = True
    return exchanged[:none]


def _cost(
    tested: Int[np.ndarray, "*N K"], listed: Int[np.ndarray, " K"], wanted: int
) -> Int[np.ndarray, "*N"]:
    """Return what `choose_groups` makes small, as one whole number; an empty part costs most."""
    num_listed, num_classes = int(listed.sum()), len(listed)
    num_tested = tested.sum(axis=-1)
    too_far = np.maximum(np.abs(num_tested - wanted) - num_listed // NEAR_ENOUGH, 0)
    too_far = np.where((num_tested == 0) | (num_tested == num_listed), num_listed, too_far)
    one_sided = ((tested == 0) | (tested == listed)).sum(axis=-1)
    return too_far * (num_classes + 1) + one_sided
