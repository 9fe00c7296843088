"""Attention `none`: the baseline that every method is compared with."""

from collections.abc import Mapping

from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.attended import Attended, Attention
from pipeline.models.backbones.place import Place
from pipeline.models.params import Compat


class Uniform(Attention):
    """Passes the features on unchanged, without a map and without parameters."""

    def __init__(self, place: Place, compat: Compat) -> None:  # noqa: ARG002 - of the contract
        super().__init__()

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        earlier: Mapping[str, Attended],  # noqa: ARG002 - of the contract
    ) -> Attended:
        """The same features."""
        return Attended(features=x, map=None)
