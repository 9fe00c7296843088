"""The validation part: training clips held back by session, subject or time, never test clips."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.params import ValidationConfig
from pipeline.tables.clips import TRAIN, VALIDATION, Clip


@dataclass(frozen=True)
class Carving:
    """The clips with a validation part, and how well it came out.

    Args:
        clips: all clips, in the order they were given.
        groups: the sessions or subjects held back whole; empty for time and none.
        kept_for_class: clips that stayed in training because their class has no other there.
    """

    clips: tuple[Clip, ...]
    groups: tuple[str, ...]
    kept_for_class: int


def carve_validation(clips: Sequence[Clip], config: ValidationConfig, seed: int) -> Carving:
    """Move a share of the training clips to validation; the same arguments give the same clips.

    Raises:
        AnnotationError: the set lists validation clips itself, or none can be held back this way.
    """
    if config.by == "none":
        return Carving(tuple(clips), (), 0)
    training = [clip for clip in clips if clip.part == TRAIN]
    if any(clip.part == VALIDATION for clip in clips):
        raise AnnotationError(
            f"the data set lists validation clips itself, and validation.by is '{config.by}'; "
            f"set validation.by=none to use the listed ones"
        )
    held_back, groups, kept = CARVERS[config.by](training, config.share, seed)
    if not held_back:
        raise AnnotationError(
            f"validation.by={config.by} holds back none of {len(training)} training clips "
            f"({_count_groups(training)}); choose another of session, subject, time, none, or a "
            f"share other than {config.share}"
        )
    carved = tuple(
        replace(clip, part=VALIDATION) if clip.clip in held_back else clip for clip in clips
    )
    return Carving(carved, groups, kept)


Held = tuple[set[str], tuple[str, ...], int]
"""Names of the clips held back, groups held back whole, clips kept for their class."""


def _carve_sessions(training: Sequence[Clip], share: float, seed: int) -> Held:
    return _carve_groups(training, [clip.session for clip in training], share, seed)


def _carve_subjects(training: Sequence[Clip], share: float, seed: int) -> Held:
    return _carve_groups(training, [clip.subject for clip in training], share, seed)


def _carve_groups(
    training: Sequence[Clip], group_of: Sequence[str], share: float, seed: int
) -> Held:
    """Take whole groups in a random order while that comes closer to the share.

    A group that holds all training clips of a class is passed over. If every group does, the one
    that costs the fewest classes is taken, or none where it shares no class with the rest.
    """
    members: dict[str, list[Clip]] = defaultdict(list)
    for clip, group in zip(training, group_of, strict=True):
        members[group].append(clip)
    if len(members) < 2:
        return set(), (), 0
    order = [str(name) for name in np.random.default_rng(seed).permutation(sorted(members))]
    left = Counter(clip.action for clip in training)
    wanted = share * len(training)
    chosen: list[str] = []
    num_held = 0
    for group in order:
        size = len(members[group])
        is_closer = abs(num_held + size - wanted) < abs(num_held - wanted)
        if is_closer and not _lost_classes(members[group], left):
            chosen.append(group)
            num_held += size
            left -= Counter(clip.action for clip in members[group])
    chosen = chosen or _cheapest(order, members, left, wanted)
    names = {clip.clip for group in chosen for clip in members[group]}
    return names, tuple(sorted(chosen)), 0


def _cheapest(
    order: Sequence[str], members: dict[str, list[Clip]], left: Counter[int], wanted: float
) -> list[str]:
    """Return the group that takes the fewest classes from training, if it leaves it any of its."""

    def cost(group: str) -> tuple[int, float]:
        return len(_lost_classes(members[group], left)), abs(len(members[group]) - wanted)

    group = min(order, key=cost)
    has_common = cost(group)[0] < len({clip.action for clip in members[group]})
    return [group] if has_common else []


def _lost_classes(group: Sequence[Clip], left: Counter[int]) -> set[int]:
    taken = Counter(clip.action for clip in group)
    return {action for action, count in taken.items() if count == left[action]}


def _carve_time(training: Sequence[Clip], share: float, seed: int) -> Held:  # noqa: ARG001
    """Take the last clips of every session; a class keeps at least one clip in training.

    Shares of a clip are carried over to the next session, so that the whole comes to the share.
    """
    sessions: dict[str, list[Clip]] = defaultdict(list)
    for clip in sorted(training, key=lambda clip: (clip.session, clip.session_start, clip.clip)):
        sessions[clip.session].append(clip)
    left = Counter(clip.action for clip in training)
    held_back: set[str] = set()
    num_seen = kept = 0
    for session in sorted(sessions):
        clips = sessions[session]
        wanted = round(share * (num_seen + len(clips))) - round(share * num_seen)
        num_seen += len(clips)
        for clip in reversed(clips[1:][-wanted:] if wanted else []):
            if left[clip.action] > 1:
                left[clip.action] -= 1
                held_back.add(clip.clip)
            else:
                kept += 1
    return held_back, (), kept


def _count_groups(training: Sequence[Clip]) -> str:
    sessions = {clip.session for clip in training}
    subjects = {clip.subject for clip in training} - {""}
    classes = {clip.action for clip in training}
    return f"{len(sessions)} sessions, {len(subjects)} subjects, {len(classes)} classes"


CARVERS: dict[str, Callable[[Sequence[Clip], float, int], Held]] = {
    "session": _carve_sessions,
    "subject": _carve_subjects,
    "time": _carve_time,
}
