"""Attention `none`: the baseline that every method is compared with."""

from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.attended import Attended, Attention, Context


class Uniform(Attention):
    """Passes the features on unchanged, without a map and without parameters."""

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        context: Context,  # noqa: ARG002 - of the contract
    ) -> Attended:
        """The same features."""
        return Attended(features=x, map=None)
