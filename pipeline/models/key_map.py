"""What is said of a kind of checkpoint: whose names its tensors have, and what may differ.

It is plain data, free of torch, so that every exception to strictness can be read in one place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Pairs = tuple[tuple[str, str], ...]

AdaptationName = Literal["average_colours", "inflate", "flatten"]
"""The keys of `pipeline.models.adapt.ADAPTATIONS`."""


@dataclass(frozen=True)
class KeyMap:
    """How the names in a kind of checkpoint become ours, and which misfits are declared.

    A *part* below is all tensors whose names begin alike. Names that another part's longer
    beginning fits belong to that one.
    """

    source: str
    """Whose checkpoints these are."""

    has: tuple[str, ...]
    """Beginnings of names, each of which some tensor of such a file has; none where its names
    say nothing."""

    lacks: tuple[str, ...]
    """Beginnings of names that no tensor has; with `has` they tell the kinds apart."""

    renames: Pairs
    """Pairs (their beginning, ours); the first that fits is used."""

    dimensions: int | None = None
    """Of every convolution's weight, where names alone do not tell the kinds apart."""

    duplicates: Pairs = ()
    """Pairs (their part, the part that it repeats): checked to be equal, then left out."""

    classifier: tuple[str, ...] = ()
    """Our parts that their classifiers become. They are left out where only the number of classes
    differs, or where the network has nothing of them."""

    extras: tuple[str, ...] = ()
    """Our parts that are left out where the network has nothing of them."""

    new: tuple[str, ...] = ()
    """Our parts that such a file may know nothing of; they keep their start values."""

    adapts: tuple[tuple[str, AdaptationName], ...] = ()
    """Beginnings of our names whose tensors are fitted to the network's shape, and how."""

    may_lack_counters: bool = True
    """Batch norm's `num_batches_tracked` may be absent: PyTorch before 0.4.1 had none, and
    torchvision's files have none."""


def rename(name: str, renames: Sequence[tuple[str, str]]) -> str:
    """Return what a tensor is called here: the first pair whose beginning fits says it."""
    for theirs, ours in renames:
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    return name
