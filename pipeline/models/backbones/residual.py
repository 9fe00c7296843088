"""The blocks of ResNet, on the frames of clips: what a block adds to its input, and the sum.

They stand apart from the network because temporal shift and temporal aggregation change the block.
"""

from abc import ABC, abstractmethod

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.backbones.backbone import Attend
from pipeline.models.folding import fold_time, unfold_time
from pipeline.models.sites import Place


class ResidualBlock(nn.Module, ABC):
    """Input plus branch, then ReLU (He et al., CVPR 2016, section 3.2, equations 1 and 2).

    Where sizes differ the input goes through a 1x1 convolution and batch norm, `downsample`.
    Parameters are called as in torchvision. Batch norm sees the frames of all clips as one batch.
    """

    expansion: int
    """Channels that leave a published block, as a multiple of those within."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.out_channels = out_channels
        self.downsample = None
        if stride > 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    @abstractmethod
    def branch(self, images: Float[Tensor, "N C H W"], frames: int) -> Float[Tensor, "N D h w"]:
        """What the block adds to its input; neighbouring `frames` images are one clip."""

    def skip(self, images: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D h w"]:
        """What the branch is added to."""
        return images if self.downsample is None else self.downsample(images)

    def places(self, name: str) -> list[Place]:
        """Return where attention can go in a block of this name, in the order of computation."""
        return [Place(f"{name}.branch", self.out_channels), Place(name, self.out_channels)]

    def forward(
        self, x: Float[Tensor, "B C T H W"], name: str, attend: Attend
    ) -> Float[Tensor, "B D t h w"]:
        """Return the block's output, with attention on the branch and on the output."""
        images, frames = fold_time(x), x.shape[2]
        return _sum(self.skip(images), self.branch(images, frames), frames, name, attend)


class BasicBlock(ResidualBlock):
    """Two 3x3 convolutions (ResNet-18 and 34)."""

    expansion = 1

    def __init__(self, in_channels: int, channels: int, out_channels: int, stride: int) -> None:
        super().__init__(in_channels, out_channels, stride)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)

    def branch(
        self,
        images: Float[Tensor, "N C H W"],
        frames: int,  # noqa: ARG002 - of the contract
    ) -> Float[Tensor, "N D h w"]:
        """Look at every frame alone."""
        return self.bn2(self.before_norm(images))

    def before_norm(self, images: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D h w"]:
        """Return the second convolution's output."""
        return self.conv2(F.relu(self.bn1(self.conv1(images)), inplace=True))


class TappedBasicBlock(BasicBlock):
    """A basic block that also shows what LSTA's memory takes, under `<block>.conv2`.

    That is the second convolution plus the block's input, without batch norm and ReLU, so it can be
    negative (swathikirans/LSTA and ego-rnn, last block of ResNet-34). It is only looked at: what
    attention returns there goes nowhere.
    """

    def places(self, name: str) -> list[Place]:
        """Return the tap, then the places of every block."""
        return [Place(f"{name}.conv2", self.out_channels), *super().places(name)]

    def forward(
        self, x: Float[Tensor, "B C T H W"], name: str, attend: Attend
    ) -> Float[Tensor, "B D t h w"]:
        """Return the usual output."""
        images, frames = fold_time(x), x.shape[2]
        skip, inner = self.skip(images), self.before_norm(images)
        attend(f"{name}.conv2", unfold_time(inner + skip, frames))
        return _sum(skip, self.bn2(inner), frames, name, attend)


class Bottleneck(ResidualBlock):
    """1x1, 3x3 and 1x1 convolutions (ResNet-50); the stride is in the 3x3, as in torchvision.

    Differs from the paper (figure 5, right), which has the stride in the first 1x1.
    """

    expansion = 4

    def __init__(self, in_channels: int, channels: int, out_channels: int, stride: int) -> None:
        super().__init__(in_channels, out_channels, stride)
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)

    def branch(self, images: Float[Tensor, "N C H W"], frames: int) -> Float[Tensor, "N D h w"]:
        """Look at every frame alone, but for what `mix` does."""
        inner = F.relu(self.bn1(self.conv1(self.mix(images, frames))), inplace=True)
        inner = F.relu(self.bn2(self.conv2(inner)), inplace=True)
        return self.bn3(self.conv3(inner))

    def mix(
        self,
        images: Float[Tensor, "N C H W"],
        frames: int,  # noqa: ARG002 - of the contract
    ) -> Float[Tensor, "N C H W"]:
        """Hand the branch what it takes from other frames: nothing here, TSN's way."""
        return images


def _sum(
    skip: Tensor, branch: Tensor, frames: int, name: str, attend: Attend
) -> Float[Tensor, "B C T H W"]:
    """Add the attended branch, ReLU, attend."""
    attended = attend(f"{name}.branch", unfold_time(branch, frames))
    return attend(name, F.relu(unfold_time(skip, frames) + attended, inplace=True))
