"""What channel and spatial attention look at: averages and maxima over space, and over channels.

CBAM (Woo et al., ECCV 2018, section 3) and W3, which extends it over time, begin with these.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.folding import fold_time, unfold_time

SPATIAL_KERNEL = 7
"""Cells under the kernel of the convolution over space, of CBAM and of W3 (W3, section 3.2)."""


def pool_space(
    x: Float[Tensor, "B C T H W"],
) -> tuple[Float[Tensor, "B T C"], Float[Tensor, "B T C"]]:
    """Return the average and the maximum of every channel over each frame.

    It and `gate_channels` fold time: torch sums channels-last videos slowly. A training step of W3
    on 256 x 8 x 56 x 56 takes a CPU core 155 ms so, 370 ms by means and maxima of the video.
    """
    images = fold_time(x)  # (B * T, C, H, W)
    frames = x.shape[2]
    largest = F.adaptive_max_pool2d(images, 1).flatten(1)  # (B * T, C)
    return images.mean(dim=(2, 3)).unflatten(0, (-1, frames)), largest.unflatten(0, (-1, frames))


def pool_channels(
    x: Float[Tensor, "B C T H W"],
) -> tuple[Float[Tensor, "B 1 T H W"], Float[Tensor, "B 1 T H W"]]:
    """Return the average and the maximum over the channels at every cell."""
    return x.mean(dim=1, keepdim=True), x.max(dim=1, keepdim=True).values


def gate_channels(
    x: Float[Tensor, "B C T H W"], mask: Float[Tensor, "B C T"]
) -> Float[Tensor, "B C T H W"]:
    """Multiply every channel of each frame by its part of the mask."""
    images = fold_time(x) * mask.transpose(1, 2).flatten(0, 1)[..., None, None]  # (B * T, C, H, W)
    return unfold_time(images, frames=x.shape[2])


class ChannelScores(nn.Module):
    """Scores every channel of every frame (W3, equation 3, and CBAM, equation 2, before sigma).

    The average and the maximum over space pass the same perceptron, whose one hidden layer has
    C / `reduction` units, at least one, with ReLU behind them; the two results are added.
    """

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        hidden = max(1, channels // reduction)
        self.squeeze = nn.Linear(channels, hidden)
        self.expand = nn.Linear(hidden, channels)

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B C T"]:
        """Return scores of any size and sign."""
        descriptors = torch.stack(pool_space(x))  # (2, B, T, C)
        scores = self.expand(F.relu(self.squeeze(descriptors))).sum(dim=0)  # (B, T, C)
        return scores.movedim(-1, 1)  # (B, C, T)

    def start_at(self, score: float) -> None:
        """Let every channel of every clip have this score until the last layer has learnt."""
        nn.init.zeros_(self.expand.weight)
        nn.init.constant_(self.expand.bias, score / 2)  # added twice
