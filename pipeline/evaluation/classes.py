"""The actions of a data set, as accuracy and reports need them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from pipeline.annotations.classes import LabelClass, of_kind


class ClassesError(ValueError):
    """A class table with gaps."""


@dataclass(frozen=True)
class Classes:
    """Actions by their 0-based id.

    Args:
        names: the data set's own names of its actions, (K,).
        verb_of_action: verb id of each action, -1 where it has none, (K,).
        noun_of_action: id of each action's main noun, which is its first; -1 for none, (K,).
    """

    names: tuple[str, ...]
    verb_of_action: Int[np.ndarray, " K"]
    noun_of_action: Int[np.ndarray, " K"]


def arrange_classes(rows: Iterable[LabelClass]) -> Classes:
    """Take the actions out of a class table.

    Raises:
        ClassesError: action ids are not 0 … K-1.
    """
    actions = of_kind(rows, "action")
    ids = [action.id for action in actions]
    if ids != list(range(len(actions))) or not actions:
        raise ClassesError(
            f"data/index/classes.csv: found action ids {ids[:8]} …, expected 0, 1, 2 … without "
            "gaps; run `dvc repro index`"
        )
    verbs = [-1 if action.verb is None else action.verb for action in actions]
    nouns = [action.nouns[0] if action.nouns else -1 for action in actions]
    names = tuple(action.name for action in actions)
    return Classes(names, np.array(verbs, np.int64), np.array(nouns, np.int64))
