"""The contract of every attention module: what it is given and what it gives back."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True)
class Attended:
    """What an attention module makes of the features at its place."""

    features: Float[Tensor, "B C T H W"]
    """What the backbone goes on with. Never negative where I3D still pools: it pads by zeros."""

    map: Float[Tensor, "B mapT mapH mapW"] | None
    """Where the module looks, never negative, float32; None where the method has no map."""

    logits: Float[Tensor, "B K"] | None = None
    """Class scores of the module's own, where it makes any."""


class Attention(nn.Module, ABC):
    """A module at one place of a backbone that looks at some of the features more than others."""

    @abstractmethod
    def forward(self, x: Float[Tensor, "B C T H W"], earlier: Mapping[str, Attended]) -> Attended:
        """Attend to `x`; `earlier` holds what the modules at earlier places made, by place."""
