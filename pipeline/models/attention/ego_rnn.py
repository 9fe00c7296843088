"""ego-rnn: a ConvLSTM that looks at each frame through the map of its ImageNet category."""

from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.activation_pooling import (
    ActivationPooling,
    softmax_over_cells,
    weigh_cells,
)
from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.attention.conv_lstm import ConvLstmCell, last_memory


class EgoRnn(Attention):
    """Object-centric attention (Sudhakaran and Lanz, BMVC 2018), as in the authors' code.

    The features become the memory after the last frame, a single frame, whose spatial mean the
    authors classify. The map is the softmax of the frame's class activation map, made of the
    place's own features; what it weighs is the tap, the last convolution plus the shortcut, before
    batch norm and ReLU. Where a backbone has no such tap (tap: None), it weighs the place's own
    features. The map is not rescaled: x is divided by the number of cells on average.

    Differs from the authors' code: maps of any size. As there, the output gate after the last frame
    has no effect, so with one frame its weights learn nothing.

    channels: of the features and of the tap; memory: channels of the memory, 512 in the paper.
    num_categories: of the classifier behind the maps, 1000 in ImageNet's.
    """

    def __init__(self, *, channels: int, memory: int, num_categories: int, tap: str | None) -> None:
        super().__init__()
        self.out_channels = memory
        self.taps = () if tap is None else (tap,)
        self.pool = ActivationPooling(channels=channels, num_categories=num_categories)
        self.cell = ConvLstmCell(
            channels=channels, view_channels=channels, memory=memory, kernel_size=3
        )

    def forward(self, x: Float[Tensor, "B C T H W"], context: Context) -> Attended:
        """The last memory, and the map of every frame."""
        last_conv = context.attended[self.taps[0]].features if self.taps else x
        weights = softmax_over_cells(self.pool(x))
        states = self.cell.walk(weigh_cells(last_conv, weights), biases=None)
        return Attended(features=last_memory(states), map=weights)
