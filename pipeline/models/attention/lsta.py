"""LSTA: a ConvLSTM that looks at each frame through an attention which it tracks over time."""

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.activation_pooling import (
    ActivationPooling,
    softmax_over_cells,
    weigh_cells,
)
from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.attention.conv_lstm import CellState, ConvLstmCell, GateBiases, last_memory
from pipeline.models.attention.output_pooling import OutputPooling
from pipeline.models.sites import Compat


class Lsta(Attention):
    """Long short-term attention (Sudhakaran et al., CVPR 2019, section 4, equations 3 to 10).

    The features become the memory after the last frame, a single frame, whose spatial mean the
    authors classify. Equations 4 and 5 are a ConvLSTM of one channel, `tracking`; 7 and 8 are one
    of all channels, `cell`, whose output gate looks at the pooled memory (9 and 10).

    The switches make Table 1's ablations: both poolings off is the ConvLSTM baseline on features
    without attention, `output_pooling` and `attention_pooling` alone and together are "+ output
    pooling", "+ attention pooling" and "+ pooling", and `coupling` makes it LSTA.

    As in the authors' code, ν_a comes from the place's own features, while x is the tap: the last
    convolution plus the shortcut, before batch norm and ReLU, so that x can be negative. Where a
    backbone has no such tap (tap: None), x is the place's own features. The map is not rescaled:
    x is divided by the number of cells on average.

    Differs from the authors' code: coupling (see `OutputPooling`); maps of any size. The output
    gate's biases stand at the view, theirs at the hidden state, the same in the sum. With one
    frame no output gate acts on the result, and with two its hidden weights do not.

    channels: of the features and of the tap; memory: channels of the memory, 512 in the paper.
    num_categories: of the classifier behind ν_a, 1000 in ImageNet's.
    pool_size: the output pooling's number of categories C.
    coupling: the output pooling's bias control; without output pooling it has no effect.
    """

    def __init__(
        self,
        *,
        channels: int,
        memory: int,
        num_categories: int,
        pool_size: int,
        attention_pooling: bool,
        output_pooling: bool,
        coupling: bool,
        compat: Compat,
        tap: str | None,
    ) -> None:
        super().__init__()
        self.out_channels = memory
        self.taps = () if tap is None else (tap,)
        self.pool: ActivationPooling | None = None
        self.tracking: ConvLstmCell | None = None
        self.output_pooling: OutputPooling | None = None
        if attention_pooling:
            self.pool = ActivationPooling(channels=channels, num_categories=num_categories)
            self.tracking = ConvLstmCell(channels=1, view_channels=1, memory=1, kernel_size=3)
        if output_pooling:
            self.output_pooling = OutputPooling(
                channels=channels,
                memory=memory,
                pool_size=pool_size,
                coupling=coupling,
                compat=compat,
            )
        self.cell = ConvLstmCell(
            channels=channels,
            view_channels=memory if output_pooling else channels,
            memory=memory,
            kernel_size=3,
        )

    def forward(self, x: Float[Tensor, "B C T H W"], context: Context) -> Attended:
        """The last memory, and the map of every frame."""
        last_conv = context.attended[self.taps[0]].features if self.taps else x
        return self.attend(last_conv, x, biases=None)

    def attend(
        self,
        x: Float[Tensor, "B C T H W"],
        features: Float[Tensor, "B C T H W"],
        biases: GateBiases | None,
    ) -> Attended:
        """Remember `x` where the maps of `features` look.

        biases: of the memory's gates at every frame, in cross-modal fusion (section 5.3).
        """
        weights = self.look(features)
        attended = x if weights is None else weigh_cells(x, weights)
        return Attended(features=last_memory(self.walk(attended, biases)), map=weights)

    def look(self, features: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B T H W"] | None:
        """Return every frame's map, with sum 1 (equations 3 to 6); None without the pooling."""
        if self.pool is None or self.tracking is None:
            return None
        with torch.autocast(features.device.type, enabled=False):
            activation = self.pool(features)
            states = self.tracking.walk(activation.unsqueeze(1), biases=None)
            tracked = torch.cat([state.hidden for state in states], dim=1)  # (B, T, H, W)
            return softmax_over_cells(activation + tracked)

    def walk(
        self, attended: Float[Tensor, "B C T H W"], biases: GateBiases | None
    ) -> list[CellState]:
        """Return the states after each frame (equations 7 to 10), from zeros."""
        states = [self.cell.blank(attended)]
        for frame in attended.unbind(dim=2):
            memory = self.cell.remember(frame, states[-1], biases)
            view = self.output_pooling(memory, frame) if self.output_pooling else frame
            states.append(self.cell.expose(view, memory, states[-1]))
        return states[1:]
