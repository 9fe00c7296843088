"""Temporal aggregation (TAM): learned sums of each channel over three neighbouring frames."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.backbones.residual import Bottleneck
from pipeline.models.folding import fold_time, unfold_time
from pipeline.models.initialise import Fill


class TemporalAggregation(nn.Module):
    """The temporal aggregation module (Fan et al., NeurIPS 2019, section 3).

    Every channel has three weights, for the frame before, its own and the next; frames beyond the
    clip's ends are zeros; ReLU. Parameters are called as in IBM/action-recognition-pytorch.

    Differs from the authors' code: theirs weighs three copies of the clip and shifts two of them.
    The three weights are a depthwise convolution over time, and computed as one.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.prev_se = FrameWeight(channels)
        self.curr_se = FrameWeight(channels)
        self.next_se = FrameWeight(channels)

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B C T H W"]:
        """Sum over neighbouring frames; never negative."""
        weights = [part.fc1.weight for part in (self.prev_se, self.curr_se, self.next_se)]
        kernel = torch.cat(weights, dim=2)  # (C, 1, 3, 1)
        cells = x.flatten(3)  # (B, C, T, H * W): images of time by cell
        summed = F.conv2d(cells, kernel, padding=(1, 0), groups=x.shape[1])
        return F.relu(summed, inplace=True).unflatten(3, x.shape[3:])


class FrameWeight(nn.Module):
    """One weight a channel, kept as the depthwise 1x1 convolution that checkpoints hold."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels, kernel_size=1, groups=channels, bias=False)

    def start(self, fill: Fill) -> None:
        """Draw as the authors: normal, variance 2 / C (PyTorch's fan-out knows no groups)."""
        fill(self.fc1.weight, (2 / self.fc1.out_channels) ** 0.5)


class AggregatingBottleneck(Bottleneck):
    """A bottleneck whose branch starts with temporal aggregation; its skip does not have it."""

    def __init__(self, in_channels: int, channels: int, out_channels: int, stride: int) -> None:
        super().__init__(in_channels, channels, out_channels, stride)
        self.tam = TemporalAggregation(in_channels)

    def mix(self, images: Float[Tensor, "N C H W"], frames: int) -> Float[Tensor, "N C H W"]:
        """Aggregate within each clip."""
        return fold_time(self.tam(unfold_time(images, frames)))
