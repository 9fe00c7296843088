"""Attention `pooling`: frame by frame, without memory, as in LSTA's motion stream."""

from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.activation_pooling import (
    ActivationPooling,
    softmax_over_cells,
    weigh_cells,
)
from pipeline.models.attention.attended import Attended, Attention, Context


class Pooling(Attention):
    """Attention on the motion stream (Sudhakaran et al., CVPR 2019, section 5.2).

    The rows of the pooling start from the classifier of a network that was trained on verbs. The
    paper says "we use this attention map to weight the features" and no code was released: our
    reading is the softmax of equation 6 without its recurrent part, the weighted features not
    rescaled by the number of cells, as in LSTA itself.

    num_categories: of the classifier that the rows start from.
    """

    def __init__(self, *, channels: int, num_categories: int) -> None:
        super().__init__()
        self.pool = ActivationPooling(channels=channels, num_categories=num_categories)

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        context: Context,  # noqa: ARG002 - of the contract
    ) -> Attended:
        """The features times the map; every frame's map has sum 1."""
        weights = softmax_over_cells(self.pool(x))
        return Attended(features=weigh_cells(x, weights), map=weights)
