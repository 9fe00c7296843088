"""W3's attention-guided feature refinement: a short way from the loss to every stage's mask."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.errors import ModelError
from pipeline.models.initialise import Fill

START_SHARE = 0.1
"""Of the usual start values of a convolution. The refinement then lifts every feature by about
0.15, where ImageNet's MobileNetV2 has features of 0.5 on average."""


class W3Refinement(Attention):
    """Adds to the last features what the stages' spatial masks say (W3, equations 7 and 8).

    Stands at the output of the last block. The masks of all stages are averaged over cells down to
    the size of the last features (also over time, where a network shortens it), stacked, and
    mapped to channels by a 1x1 convolution and ReLU (figure 2). The map is the last stage's mask.

    stages: one place for each stage, whose module has a mask; the paper does not say which block
        stands for its stage, and the last is the one that has seen all of it.

    Starts with small weights, none below zero. All weights zero could never learn, as ReLU passes
    no gradient there; and since the masks start nearly constant, weights of both signs would leave
    about half of the channels closed for every input.
    """

    def __init__(self, *, channels: int, stages: Sequence[str]) -> None:
        super().__init__()
        self.stages = tuple(stages)
        self.align = nn.Conv3d(len(self.stages), channels, 1)

    def forward(self, x: Float[Tensor, "B C T H W"], context: Context) -> Attended:
        """The features plus the refining map."""
        masks = [_mask(context, stage) for stage in self.stages]
        time, height, width = x.shape[2:]
        size = (time, height, width)
        pooled = [F.adaptive_avg_pool3d(mask.unsqueeze(1), size) for mask in masks]
        refining = F.relu(self.align(torch.cat(pooled, dim=1).to(x.dtype)))  # (B, C, T, H, W)
        return Attended(x + refining, masks[-1])

    def start(self, fill: Fill) -> None:  # noqa: ARG002 - derived
        """Make the weights small and positive."""
        with torch.no_grad():
            self.align.weight.abs_().mul_(START_SHARE)


def _mask(context: Context, stage: str) -> Float[Tensor, "B mapT mapH mapW"]:
    """Return the mask made at `stage`."""
    mask = context.attended[stage].map
    if mask is None:
        raise ModelError(f"{stage}: found no spatial mask, which W3's refinement adds up")
    return mask
