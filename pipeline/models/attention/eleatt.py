"""eleGAtt: an LSTM with a gate on every element of its input, one of LSTA's baselines."""

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.attention.conv_lstm import CellState, ConvLstmCell, fill_by_glorot
from pipeline.models.initialise import Fill


class EleAtt(Attention):
    """An LSTM with an element-wise attention gate (Zhang et al., ECCV 2018).

    a_t = sigmoid(W_xa x_t + W_ha h_{t-1} + b_a), and a_t ⊙ x_t is the input of a standard LSTM.

    No code was released, and LSTA's authors, who trained it with 512 units, do not say what x_t
    is. Our reading: the spatial mean of the frame's features, and the hidden state after the last
    frame as what is classified. The gate weighs channels, not cells, so there is no map. All
    weights start as those of LSTA's cells do.

    channels: of the features; units: of the LSTM.
    """

    def __init__(self, *, channels: int, units: int) -> None:
        super().__init__()
        self.out_channels = units
        self.gate_x = nn.Conv2d(channels, channels, 1)
        self.gate_h = nn.Conv2d(units, channels, 1, bias=False)
        self.cell = ConvLstmCell(
            channels=channels, view_channels=channels, memory=units, kernel_size=1
        )

    def start(self, fill: Fill) -> None:
        """Fill the gate's weights as the cell fills its own."""
        fill_by_glorot(self.gate_x, fill)
        fill_by_glorot(self.gate_h, fill)

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        context: Context,  # noqa: ARG002 - of the contract
    ) -> Attended:
        """The hidden state after the last frame, as a video of one cell."""
        return Attended(features=self.walk(x)[-1].hidden.unsqueeze(2), map=None)

    def walk(self, x: Float[Tensor, "B C T H W"]) -> list[CellState]:
        """Return the states after each frame, from zeros."""
        pooled = x.mean(dim=(3, 4), keepdim=True)  # (B, C, T, 1, 1)
        states = [self.cell.blank(pooled)]
        for frame in pooled.unbind(dim=2):
            gate = (self.gate_x(frame) + self.gate_h(states[-1].hidden)).sigmoid()
            states.append(self.cell(gate * frame, states[-1], biases=None))
        return states[1:]
