"""TSN's classifier: every frame votes."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.draws import Draws
from pipeline.models.heads.head import Classified, Head
from pipeline.models.initialise import Fill

DEVIATION = 0.001
"""Of the start values (yjxiong/tsn-pytorch and mit-han-lab/temporal-shift-module, `new_fc`)."""


class FramesHead(Head):
    """Mean over space, dropout, a linear layer, mean over frames (Wang et al., ECCV 2016).

    Every frame has a dropout mask of its own.
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_channels, num_classes)

    def start(self, fill: Fill) -> None:
        """Draw small weights, so that a pretrained network's first steps are small."""
        fill(self.linear.weight, DEVIATION)

    def forward(self, x: Float[Tensor, "B C T H W"], draws: Draws | None) -> Classified:
        """Classify."""
        channels, time = x.shape[1:3]
        keep = None if draws is None else draws.keep(channels * time)
        with torch.autocast(x.device.type, enabled=False):
            pooled = x.float().mean(dim=(3, 4))  # (B, C, T)
            kept = pooled if keep is None else pooled * keep.unflatten(1, (channels, time))
            logits = self.linear(kept.mean(dim=2))  # the mean of the frames' scores: it is linear
        return Classified(logits, features=pooled.mean(dim=2))
