"""The contract of every backbone: how attention gets at its features."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.sites import Place

Attend = Callable[[str, Tensor], Tensor]
"""Called with a place's name and the features there; returns what the network goes on with."""


class Backbone(nn.Module, ABC):
    """The convolutional part of a network.

    Attributes:
        places: in the order of computation; `forward` hands the features of each to `attend`.
        channels: of the features that it ends with.
    """

    places: dict[str, Place]
    channels: int

    @abstractmethod
    def forward(self, x: Float[Tensor, "B C T H W"], attend: Attend) -> Float[Tensor, "B D t h w"]:
        """Return the last features."""


def places_by_name(places: list[Place]) -> dict[str, Place]:
    """Return places by their names, in their order."""
    return {place.name: place for place in places}
