"""The motion stream's memory of one step, steered by what RGB saw."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.attention.conv_lstm import fill_by_glorot
from pipeline.models.folding import fold_time, unfold_time
from pipeline.models.initialise import Fill


class Summary(nn.Module):
    """RGB's features of all frames as one (LSTA, section 5.3: "3D convolved into a summary").

    The paper gives no kernel. Ours spans all frames and one cell, and is followed by ReLU, so that
    the summary is a feature as each frame's is. Spanning 3x3 cells too would take 59 million
    weights of the published size in place of 6.6, more than a ResNet-34 has; the convolutions that
    make biases of the summary look at neighbouring cells anyway. A kernel over few frames and a
    mean over time would lose their order.

    channels: of the features, and of the summary; frames: how many there are.
    """

    def __init__(self, *, channels: int, frames: int) -> None:
        super().__init__()
        self.conv = nn.Conv3d(channels, channels, (frames, 1, 1))

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B C H W"]:
        """Summarise."""
        return F.relu(self.conv(x)).squeeze(2)


class Embedding(nn.Module):
    """The ConvLSTM of LSTA's motion stream (section 5.3), whose memory is classified.

    The stream sees one stack of flow images, so the cell takes one step, from zeros. With nothing
    to forget and no next step, what is left of equations 1 and 2 is

        memory = σ(W_i ∗ x + V_i ∗ summary + b_i) ⊙ η(W_c ∗ x + V_c ∗ summary + b_c)

    with V ∗ summary the biases that RGB controls. The forget gate, the output gate and all kernels
    on the hidden state would neither act nor learn, so they are not here. If there are several
    stacks, each has a memory of its own.

    channels: of the flow features; summary: of RGB's summary; memory: of the memory.
    """

    def __init__(self, *, channels: int, summary: int, memory: int) -> None:
        super().__init__()
        self.conv_i_x = nn.Conv2d(channels, memory, 3, padding=1)
        self.conv_c_x = nn.Conv2d(channels, memory, 3, padding=1)
        self.conv_i_s = nn.Conv2d(summary, memory, 3, padding=1, bias=False)
        self.conv_c_s = nn.Conv2d(summary, memory, 3, padding=1, bias=False)

    def start(self, fill: Fill) -> None:
        """Fill all weights as LSTA's authors do a cell's; the biases are zero already."""
        for conv in self.children():
            fill_by_glorot(conv, fill)

    def forward(
        self, x: Float[Tensor, "B C T H W"], summary: Float[Tensor, "B D H W"]
    ) -> Float[Tensor, "B K T H W"]:
        """Return the memory after each stack."""
        images, frames = fold_time(x), x.shape[2]
        input_gate = unfold_time(self.conv_i_x(images), frames)
        innovation = unfold_time(self.conv_c_x(images), frames)
        input_gate = input_gate + self.conv_i_s(summary).unsqueeze(2)
        innovation = innovation + self.conv_c_s(summary).unsqueeze(2)
        return input_gate.sigmoid() * innovation.tanh()
