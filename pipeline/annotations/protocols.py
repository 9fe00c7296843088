"""The split protocols by name; the name stands beside every number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.annotations.disjoint import divide_by_session, divide_by_subject
from pipeline.annotations.division import Division, divide_as_listed
from pipeline.annotations.listing import ListedClip
from pipeline.annotations.widening import divide_widened


@dataclass(frozen=True)
class Protocol:
    """How a data set's clips come to their parts.

    Args:
        splits: numbers of the official splits whose lists are read; of a clip that several of them
            list, the first one's word counts.
        divide: gives listed clips their parts and frames, by a seed that is None where nothing is
            drawn.
        apart: of what training and test share none; the seed draws them. None: as the lists say.
    """

    splits: tuple[int, ...]
    divide: Callable[[Sequence[ListedClip], int | None], Division]
    apart: Literal["session", "subject"] | None


PROTOCOLS: dict[str, Protocol] = {
    "official_split1": Protocol((1,), divide_as_listed, None),
    "official_split2": Protocol((2,), divide_as_listed, None),
    "official_split3": Protocol((3,), divide_as_listed, None),
    "iga_widened": Protocol((1,), divide_widened, None),
    "session_disjoint": Protocol((1, 2, 3), divide_by_session, "session"),
    "subject_disjoint": Protocol((1, 2, 3), divide_by_subject, "subject"),
    "listed": Protocol((), divide_as_listed, None),
}

OF_OFFICIAL_LISTS = tuple(name for name, protocol in PROTOCOLS.items() if protocol.splits)
DATASET_PROTOCOLS: dict[str, tuple[str, ...]] = {
    "kitchen": OF_OFFICIAL_LISTS,
    "egtea": OF_OFFICIAL_LISTS,
    "table": ("listed",),
}
"""Those that a data set can have."""

VALIDATION_WAYS: dict[str | None, tuple[str, ...]] = {
    None: ("none", "session", "subject", "time"),
    "session": ("none", "session", "subject"),
    "subject": ("none", "subject"),
}
"""Ways of carving a validation part that keep apart what a protocol keeps apart."""


def seed_of(protocol: str, seed: int) -> int | None:
    """Return the seed of a protocol that draws, None of others: their results know no seed."""
    return seed if protocol in PROTOCOLS and PROTOCOLS[protocol].apart else None
