"""CBAM: attention to channels, then to space, of every frame alone."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.attention.descriptors import (
    SPATIAL_KERNEL,
    ChannelScores,
    gate_channels,
    pool_channels,
)
from pipeline.models.attention.open_start import OPEN_SCORE
from pipeline.models.folding import fold_time, unfold_time
from pipeline.models.initialise import Fill
from pipeline.models.sites import Compat

BATCH_NORM_MOMENTUM = 0.01
"""Jongchan/attention-module: the share of a new batch in the running statistics."""


class Cbam(Attention):
    """Convolutional block attention (Woo et al., ECCV 2018, section 3, equations 1 to 3).

    Each frame is an image of its own; the map is the spatial gate. The published place is every
    residual branch, before the addition. As in the authors' code, batch norm stands behind the 7x7
    convolution, which has no bias and sees the maximum before the average.

    Start values: the weight of the batch norm is zero, so the spatial gate starts the same
    everywhere, and its convolution learns from the second step on. With `compat: released` the
    gates start at about a half, as in the authors' code, which trains from scratch. The paper says
    nothing; with `compat: paper` they start open (`OPEN_SCORE`) for the sake of a trained network.
    """

    def __init__(self, *, channels: int, reduction: int, compat: Compat) -> None:
        super().__init__()
        self.channel = ChannelScores(channels, reduction)
        self.spatial = nn.Conv2d(2, 1, SPATIAL_KERNEL, padding=SPATIAL_KERNEL // 2, bias=False)
        self.bn = nn.BatchNorm2d(1, momentum=BATCH_NORM_MOMENTUM)
        self.starts_open = compat == "paper"

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        context: Context,  # noqa: ARG002 - of the contract
    ) -> Attended:
        """The features times both gates."""
        x = gate_channels(x, torch.sigmoid(self.channel(x)))
        average, largest = pool_channels(x)
        descriptors = fold_time(torch.cat([largest, average], dim=1))  # (B * T, 2, H, W)
        scores = unfold_time(self.bn(self.spatial(descriptors)), frames=x.shape[2])
        gate = torch.sigmoid(scores.float())  # (B, 1, T, H, W)
        return Attended(x * gate.to(x.dtype), gate.squeeze(1))

    def start(self, fill: Fill) -> None:  # noqa: ARG002 - constants
        """Make the spatial gate constant, and both gates open for `compat: paper`."""
        nn.init.zeros_(self.bn.weight)
        if self.starts_open:
            self.channel.start_at(OPEN_SCORE)
            nn.init.constant_(self.bn.bias, OPEN_SCORE)
