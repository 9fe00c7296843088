"""The folder ``action_annotation``: class lists and splits in EGTEA Gaze+'s syntax."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pipeline.atomic import write_text
from pipeline.kitchen.classes import Action, number_by_count
from pipeline.kitchen.plan import ClipPlan
from pipeline.kitchen.splits import split_clips


def write_annotations(clips: Sequence[ClipPlan], folder: Path, rng: np.random.Generator) -> None:
    """Write ``{action,verb,noun}_idx.txt`` and ``{train,test}_split{1,2,3}.txt``.

    Ids are 1-based and fall with the number of clips. A line of a split is
    ``<clip> <action> <verb> <noun>``.
    """
    actions = number_by_count(clip.action.label for clip in clips)
    verbs = number_by_count(clip.action.verb for clip in clips)
    nouns = number_by_count(clip.action.noun for clip in clips)
    for kind, numbers in (("action", actions), ("verb", verbs), ("noun", nouns)):
        lines = [f"{name} {number}\n" for name, number in numbers.items()]
        write_text(folder / f"{kind}_idx.txt", "".join(lines))

    by_class: defaultdict[Action, list[str]] = defaultdict(list)
    for clip in clips:
        by_class[clip.action].append(clip.name)
    ordered = sorted(clips, key=lambda clip: (actions[clip.action.label], clip.name))
    lines_by_name = {
        clip.name: f"{clip.name} {actions[clip.action.label]} {verbs[clip.action.verb]} "
        f"{nouns[clip.action.noun]}\n"
        for clip in ordered
    }
    for number, test in enumerate(split_clips(by_class, rng), start=1):
        _write_split(folder, number, lines_by_name, test)


def _write_split(folder: Path, number: int, lines: Mapping[str, str], test: frozenset[str]) -> None:
    train_lines = [line for name, line in lines.items() if name not in test]
    test_lines = [line for name, line in lines.items() if name in test]
    write_text(folder / f"train_split{number}.txt", "".join(train_lines))
    write_text(folder / f"test_split{number}.txt", "".join(test_lines))
