"""The contract of every attention module: what it is given and what it gives back."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.draws import Draws


@dataclass(frozen=True)
class Attended:
    """What an attention module makes of the features at its place."""

    features: Float[Tensor, "B C T H W"]
    """What the backbone goes on with. Never negative where I3D still pools: it pads by zeros."""

    map: Float[Tensor, "B mapT mapH mapW"] | None
    """Where the module looks, never negative, float32; None where the method has no map."""

    logits: Float[Tensor, "B K"] | None = None
    """Class scores of the module's own, where it makes any."""


@dataclass(frozen=True)
class Context:
    """What an attention module may use beside the features at its place."""

    attended: Mapping[str, Attended]
    """What modules at earlier places made, and the features at tapped places, by place."""

    draws: Draws | None
    """Random numbers, in training; None where nothing is drawn."""


class Attention(nn.Module, ABC):
    """A module at one place of a backbone that looks at some of the features more than others.

    Attributes:
        taps: other places, no later than its own, whose features it wants in its context.
        out_channels: of its features; None for as many as came in.
    """

    taps: tuple[str, ...] = ()
    out_channels: int | None = None

    @abstractmethod
    def forward(self, x: Float[Tensor, "B C T H W"], context: Context) -> Attended:
        """Attend to `x`."""
