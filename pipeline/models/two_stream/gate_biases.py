"""How one stream steers the gates of the other's memory."""

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.attention.conv_lstm import GateBiases
from pipeline.models.initialise import Fill


class GateBiasConvs(nn.Module):
    """Convolutions from one stream's features to biases of the other's gates (LSTA, section 5.3).

    The paper says that a feature "is applied as bias to the gates"; the released cell adds it
    within the activations of input gate, forget gate and innovation, and what makes the biases of
    the feature was never released. Our reading is the cells' own form of a gate's inputs: one 3x3
    kernel a gate, so that (i, f, c) = (σ, σ, η)(W ∗ [s ⊙ x, o ⊙ η(c), feature]), without a bias,
    which those gates have already.

    They start at zero: the stream that they steer goes on as it was trained alone.

    channels: of the feature; memory: channels of the memory that is steered.
    """

    def __init__(self, *, channels: int, memory: int) -> None:
        super().__init__()
        self.conv_i = nn.Conv2d(channels, memory, 3, padding=1, bias=False)
        self.conv_f = nn.Conv2d(channels, memory, 3, padding=1, bias=False)
        self.conv_c = nn.Conv2d(channels, memory, 3, padding=1, bias=False)

    def start(self, fill: Fill) -> None:
        """Fill by zeros."""
        for conv in self.children():
            fill(conv.get_parameter("weight"), 0.0)

    def forward(self, feature: Float[Tensor, "B C H W"]) -> GateBiases:
        """Return the biases, one a cell and channel."""
        return GateBiases(
            input=self.conv_i(feature),
            forget=self.conv_f(feature),
            innovation=self.conv_c(feature),
        )
