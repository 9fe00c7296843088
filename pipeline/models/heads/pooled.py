"""A head without a classifier, for a stream whose features another network classifies."""

from jaxtyping import Float
from torch import Tensor

from pipeline.models.draws import Draws
from pipeline.models.heads.head import Classified, Head


class PooledHead(Head):
    """The mean over time and space; it names no class."""

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        draws: Draws | None,  # noqa: ARG002 - of the contract
    ) -> Classified:
        """Pool."""
        pooled = x.float().mean(dim=(2, 3, 4))  # (B, C)
        return Classified(logits=pooled[:, :0], features=pooled)
