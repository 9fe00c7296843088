"""The convolutional LSTM that ego-rnn and LSTA remember with, one frame a step.

LSTA tracks its attention by a second one of a single channel, and eleGAtt's LSTM is one whose
kernels and maps have one cell.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.initialise import Fill


@dataclass(frozen=True)
class GateBiases:
    """What another stream adds to a cell's gates, inside their activations (LSTA, section 5.3).

    Not to the output gate: the authors' cell takes a bias for it and never uses it.
    """

    input: Float[Tensor, "B K H W"]
    forget: Float[Tensor, "B K H W"]
    innovation: Float[Tensor, "B K H W"]


@dataclass(frozen=True)
class CellState:
    """What a cell carries from frame to frame."""

    hidden: Float[Tensor, "B K H W"]
    """The output gate times the tanh of the memory."""

    memory: Float[Tensor, "B K H W"]


class ConvLstmCell(nn.Module):
    """A ConvLSTM cell (Shi et al., NIPS 2015; LSTA, equations 1 and 2) without peepholes.

    The step is in two halves, `remember` and `expose`, as LSTA's output gate looks at the new
    memory, not at the input. Memory and hidden state keep the parameters' precision in autocast.

    channels: of the input.
    view_channels: of what the output gate looks at; in a plain cell the input's.
    memory: channels of the memory.
    kernel_size: odd, in cells; maps keep their size.
    """

    def __init__(self, *, channels: int, view_channels: int, memory: int, kernel_size: int) -> None:
        super().__init__()
        self.conv_i_x = _from_input(channels, memory, kernel_size)
        self.conv_i_h = _from_hidden(memory, kernel_size)
        self.conv_f_x = _from_input(channels, memory, kernel_size)
        self.conv_f_h = _from_hidden(memory, kernel_size)
        self.conv_c_x = _from_input(channels, memory, kernel_size)
        self.conv_c_h = _from_hidden(memory, kernel_size)
        self.conv_o_x = _from_input(view_channels, memory, kernel_size)
        self.conv_o_h = _from_hidden(memory, kernel_size)

    def start(self, fill: Fill) -> None:
        """Fill all weights as LSTA's authors do; the biases are zero already."""
        for conv in self.children():
            fill_by_glorot(conv, fill)

    def blank(self, like: Float[Tensor, "B C T H W"]) -> CellState:
        """Return the state before the first frame, all zeros."""
        batch, _, _, height, width = like.shape
        kernel = self.conv_c_h.weight
        zeros = like.new_zeros((batch, len(kernel), height, width), dtype=kernel.dtype)
        return CellState(hidden=zeros, memory=zeros)

    def remember(
        self, x: Float[Tensor, "B C H W"], state: CellState, biases: GateBiases | None
    ) -> Float[Tensor, "B K H W"]:
        """Return the memory after one more frame (equation 1, in LSTA 7 and 8)."""
        input_gate = self.conv_i_x(x) + self.conv_i_h(state.hidden)
        forget_gate = self.conv_f_x(x) + self.conv_f_h(state.hidden)
        innovation = self.conv_c_x(x) + self.conv_c_h(state.hidden)
        if biases is not None:
            input_gate = input_gate + biases.input
            forget_gate = forget_gate + biases.forget
            innovation = innovation + biases.innovation
        kept = forget_gate.sigmoid() * state.memory
        return kept + input_gate.sigmoid() * innovation.tanh()

    def expose(
        self,
        view: Float[Tensor, "B D H W"],
        memory: Float[Tensor, "B K H W"],
        state: CellState,
    ) -> CellState:
        """Return the state that holds `memory`, gated by `view` and the hidden state before it."""
        output_gate = self.conv_o_x(view) + self.conv_o_h(state.hidden)
        return CellState(hidden=output_gate.sigmoid() * memory.tanh(), memory=memory)

    def forward(
        self, x: Float[Tensor, "B C H W"], state: CellState, biases: GateBiases | None
    ) -> CellState:
        """Take one step of a plain cell."""
        return self.expose(x, self.remember(x, state, biases), state)

    def walk(self, video: Float[Tensor, "B C T H W"], biases: GateBiases | None) -> list[CellState]:
        """Return a plain cell's states after each frame, from zeros; the biases are all frames'."""
        states = [self.blank(video)]
        for frame in video.unbind(dim=2):
            states.append(self(frame, states[-1], biases))
        return states[1:]


def last_memory(states: list[CellState]) -> Float[Tensor, "B K 1 H W"]:
    """Return the memory after the last frame, as a video of one frame."""
    return states[-1].memory.unsqueeze(2)


def fill_by_glorot(conv: nn.Module, fill: Fill) -> None:
    """Fill with variance 2 / (fan-in + fan-out), normally (Glorot and Bengio, AISTATS 2010)."""
    weight = conv.get_parameter("weight")
    fans = (weight.shape[0] + weight.shape[1]) * weight[0, 0].numel()
    fill(weight, (2 / fans) ** 0.5)


def _from_input(channels: int, memory: int, kernel_size: int) -> nn.Conv2d:
    return nn.Conv2d(channels, memory, kernel_size, padding=kernel_size // 2)


def _from_hidden(memory: int, kernel_size: int) -> nn.Conv2d:
    return nn.Conv2d(memory, memory, kernel_size, padding=kernel_size // 2, bias=False)
