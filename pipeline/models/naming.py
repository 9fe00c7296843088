"""What a network names in a clip."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Target = Literal["action", "verb", "noun"]
"""The kinds of classes, of which a clip has one each, or none of a kind."""


@dataclass(frozen=True)
class Naming:
    """The classes that a network tells apart.

    Args:
        target: which class of a clip its classifier names.
        num_classes: classes of that kind.
        num_parts: verbs and nouns of the data set, by kind, for classifiers that name them too.
    """

    target: Target
    num_classes: int
    num_parts: Mapping[str, int]


def name_classes(target: Target, num_classes: Mapping[str, int]) -> Naming:
    """Return the naming of one kind of class, among a data set's classes by kind."""
    parts = {kind: count for kind, count in num_classes.items() if kind != "action"}
    return Naming(target, num_classes[target], parts)
