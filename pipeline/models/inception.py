"""I3D's two bricks: the convolution unit and the inception block of four branches.

They stand apart from the backbone because STAM's attention is built of the same bricks.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.branches import Branches
from pipeline.models.same_padding import Triple, same_conv3d, same_max_pool3d

BATCH_NORM_EPS = 1e-3
"""I3D's, piergiaj/pytorch-i3d (Sonnet's default); PyTorch's is 1e-5."""

BATCH_NORM_MOMENTUM = 0.01
"""I3D's, piergiaj/pytorch-i3d: the share of a new batch in the running statistics."""


class Unit3d(nn.Module):
    """Convolution with SAME padding and no bias, then batch norm, then ReLU."""

    def __init__(self, in_channels: int, out_channels: int, kernel: Triple, stride: Triple) -> None:
        super().__init__()
        self.stride = stride
        self.conv3d = nn.Conv3d(in_channels, out_channels, kernel, stride, bias=False)
        self.bn = nn.BatchNorm3d(out_channels, BATCH_NORM_EPS, BATCH_NORM_MOMENTUM)

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D t h w"]:
        """Features of ceil(T / stride) frames, never negative."""
        return F.relu(self.bn(same_conv3d(x, self.conv3d.weight, self.stride)), inplace=True)


class SameMaxPool3d(nn.Module):
    """Maximum over a window, SAME padding by zeros."""

    def __init__(self, kernel: Triple, stride: Triple) -> None:
        super().__init__()
        self.kernel = kernel
        self.stride = stride

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B C t h w"]:
        """The largest value under each window."""
        return same_max_pool3d(x, self.kernel, self.stride)


class InceptionBlock(nn.Module):
    """The 3-D inception block (Carreira and Zisserman, CVPR 2017, figure 3).

    Branches: 1x1x1; 1x1x1 then 3x3x3; 1x1x1 then 3x3x3; 3x3x3 maximum then 1x1x1.

    time_kernel: frames under each of the wide kernels, odd. 3 is I3D's; 1 looks at each frame
        alone, which is Inception-V1's block (Szegedy et al., CVPR 2015, figure 2b).
    """

    def __init__(self, in_channels: int, branches: Branches, time_kernel: int = 3) -> None:
        super().__init__()
        kernel = (time_kernel, 3, 3)
        self.b0 = _pointwise(in_channels, branches.b0)
        self.b1a = _pointwise(in_channels, branches.b1a)
        self.b1b = Unit3d(branches.b1a, branches.b1b, kernel, (1, 1, 1))
        self.b2a = _pointwise(in_channels, branches.b2a)
        self.b2b = Unit3d(branches.b2a, branches.b2b, kernel, (1, 1, 1))
        self.b3a = SameMaxPool3d(kernel, (1, 1, 1))
        self.b3b = _pointwise(in_channels, branches.b3b)

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D T H W"]:
        """The four branches, concatenated by channel; no size changes but C."""
        branches = [self.b0(x), self.b1b(self.b1a(x)), self.b2b(self.b2a(x)), self.b3b(self.b3a(x))]
        return torch.cat(branches, dim=1)  # (B, D, T, H, W)


def _pointwise(in_channels: int, out_channels: int) -> Unit3d:
    return Unit3d(in_channels, out_channels, (1, 1, 1), (1, 1, 1))
