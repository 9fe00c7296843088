"""The features at a place of a network: looking at them, and choosing where to look."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.models.backbone_facts import BRANCH, FACTS
from pipeline.models.backbones.backbone import Attend, Backbone
from pipeline.models.errors import ModelError
from pipeline.models.recognizer import Recognizer

SMALLEST_SIDE = 3
"""Cells a side that a map needs to point anywhere but to a corner."""

TAPS = frozenset(facts.tap for facts in FACTS.values() if facts.tap)


@contextmanager
def standing_between(backbone: Backbone, wrap: Callable[[Attend], Attend]) -> Iterator[None]:
    """Let `wrap` change what a backbone calls at its places, while the block lasts."""
    handle = backbone.register_forward_pre_hook(lambda _, given: (given[0], wrap(given[1])))
    try:
        yield
    finally:
        handle.remove()


@torch.no_grad()
def choose_place(network: Recognizer, video: Float[Tensor, "B C F H W"]) -> str:
    """Return the place whose features are explained where none is named.

    It is the last whole block behind whose attention, if it has any, the features still have a
    step for each that they had before it, and at least `SMALLEST_SIDE` cells a side; where images
    are too small for that, the last such block with more than one cell. So it is the backbone's end
    for most networks, and the block before it for those that end in a memory or a pooled feature.

    network: of one stream, in evaluation.
    video: normalised clips, of the size that will be explained.

    Raises:
        ModelError: no block has more than one cell.
    """
    sizes: dict[str, tuple[int, int]] = {}

    def wrap(attend: Attend) -> Attend:
        def note(place: str, x: Tensor) -> Tensor:
            attended = attend(place, x)
            if is_whole(place) and attended.shape[2:] == x.shape[2:]:
                sizes[place] = (attended.shape[3], attended.shape[4])
            return attended

        return note

    with standing_between(network.backbone, wrap):
        network(video)
    clear = [place for place, size in sizes.items() if min(size) >= SMALLEST_SIDE]
    several = [place for place, size in sizes.items() if max(size) > 1]
    if not several:
        raise ModelError("no block of the network has more than one cell; raise the recipe's crop")
    return (clear or several)[-1]


def is_whole(place: str) -> bool:
    """Whether all that follows goes through a place: it is no residual branch, and no mere tap."""
    return not place.endswith(BRANCH) and place not in TAPS
