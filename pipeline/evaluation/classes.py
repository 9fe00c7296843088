"""The actions of ``data/index/classes.csv``, as accuracy and reports need them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from pipeline.tables.classes import of_kind
from pipeline.tables.classes import read_classes as read_table


class ClassesError(ValueError):
    """A class table that has gaps."""


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


def read_classes(path: Path) -> Classes:
    """Read the actions of the class table that the stage index wrote.

    Raises:
        ClassesError: action ids are not 0 … K-1.
    """
    actions = of_kind(read_table(path), "action")
    ids = [action.id for action in actions]
    if ids != list(range(len(actions))) or not actions:
        raise ClassesError(
            f"{path}: found the action ids {ids[:8]}, expected 0, 1, 2 … without gaps; "
            "run `dvc repro index`"
        )
    verbs = [-1 if action.verb is None else action.verb for action in actions]
    nouns = [action.nouns[0] if action.nouns else -1 for action in actions]
    return Classes(
        names=tuple(action.name for action in actions),
        verb_of_action=np.array(verbs, np.int64),
        noun_of_action=np.array(nouns, np.int64),
    )
