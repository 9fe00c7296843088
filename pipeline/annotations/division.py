"""What a protocol makes of a data set's listed clips: which of them train, which are tested on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.annotations.listing import ListedClip, Span


@dataclass(frozen=True)
class Division:
    """A data set's clips with the parts and the frames that a protocol gives them.

    Args:
        clips: in the order they were listed.
        test_groups: the sessions or subjects that were drawn for the test part, sorted; empty where
            the lists say what is tested on.
        widened: the listed frames of the session of each clip that was given more of them, by name.
    """

    clips: tuple[ListedClip, ...]
    test_groups: tuple[str, ...]
    widened: Mapping[str, Span]


def divide_as_listed(clips: Sequence[ListedClip], seed: int | None) -> Division:  # noqa: ARG001 - nothing is drawn
    """Keep the parts that the lists give."""
    return Division(tuple(clips), (), {})
