"""The actions of ``data/index/classes.csv``, as accuracy and reports need them."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int


class ClassesError(ValueError):
    """A class table that is absent or has gaps."""


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
        ClassesError: the file is absent, or action ids are not 0 … K-1.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["kind"] == "action"]
    except FileNotFoundError:
        raise ClassesError(f"{path}: no such file; run `dvc repro index`") from None
    rows.sort(key=lambda row: int(row["id"]))
    ids = [int(row["id"]) for row in rows]
    if ids != list(range(len(rows))) or not rows:
        raise ClassesError(
            f"{path}: found the action ids {ids[:8]}, expected 0, 1, 2 … without gaps; "
            "run `dvc repro index`"
        )
    return Classes(
        names=tuple(row["name"] for row in rows),
        verb_of_action=_ids([row["verb"] for row in rows]),
        noun_of_action=_ids([row["nouns"].split("|")[0] for row in rows]),
    )


def _ids(words: list[str]) -> Int[np.ndarray, " K"]:
    return np.array([int(word) if word else -1 for word in words], np.int64)
