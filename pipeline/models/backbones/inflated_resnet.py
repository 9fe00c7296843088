"""I3D of residual networks: ResNet-18 and 50 inflated to three dimensions, named as torchvision's.

W3's supplement has the first as "I3D, 3D R18". It names no code; this is the 3-D ResNet of
IBM/action-recognition-pytorch, from which W3's TAM comes too. Torchvision's weights fit after
`inflate`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.backbone_facts import RESNET18, RESNET50
from pipeline.models.backbones.backbone import Attend, Backbone, places_by_name
from pipeline.models.branches import scale_channels
from pipeline.models.same_padding import Triple
from pipeline.models.sites import Place

STEM_CHANNELS = 64

STAGE_CHANNELS = (64, 128, 256, 512)
"""Within the blocks of the four stages (He et al., CVPR 2016, table 1)."""

HALVE: Triple = (2, 2, 2)
"""Stride of the first block of stages 2 to 4: time is halved with space, as in I3D."""

KEEP: Triple = (1, 1, 1)


class InflatedBlock(nn.Module, ABC):
    """Input plus branch, then ReLU (He et al., CVPR 2016, section 3.2), on clips.

    Every 3x3 kernel is 3x3x3, every 1x1 kernel 1x1x1; padding is by zeros, in time too.
    """

    expansion: int
    """Channels that leave a published block, as a multiple of those within."""

    def __init__(self, in_channels: int, out_channels: int, stride: Triple) -> None:
        super().__init__()
        self.downsample = None
        if stride != KEEP or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv3d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False),
                nn.BatchNorm3d(out_channels),
            )

    @abstractmethod
    def branch(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D t h w"]:
        """What the block adds to its input."""

    def forward(
        self, x: Float[Tensor, "B C T H W"], name: str, attend: Attend
    ) -> Float[Tensor, "B D t h w"]:
        """Return the block's output, with attention on the branch and on the output."""
        skip = x if self.downsample is None else self.downsample(x)
        attended = attend(f"{name}.branch", self.branch(x))
        return attend(name, F.relu(skip + attended, inplace=True))


class BasicBlock3d(InflatedBlock):
    """Two 3x3x3 convolutions; the stride is in the first."""

    expansion = 1

    def __init__(self, in_channels: int, channels: int, out_channels: int, stride: Triple) -> None:
        super().__init__(in_channels, out_channels, stride)
        self.conv1 = nn.Conv3d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm3d(channels)
        self.conv2 = nn.Conv3d(channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm3d(out_channels)

    def branch(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D t h w"]:
        """What the block adds to its input."""
        return self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))


class Bottleneck3d(InflatedBlock):
    """1x1x1, 3x3x3 and 1x1x1 convolutions; the stride is in the second."""

    expansion = 4

    def __init__(self, in_channels: int, channels: int, out_channels: int, stride: Triple) -> None:
        super().__init__(in_channels, out_channels, stride)
        self.conv1 = nn.Conv3d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm3d(channels)
        self.conv2 = nn.Conv3d(channels, channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm3d(channels)
        self.conv3 = nn.Conv3d(channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm3d(out_channels)

    def branch(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D t h w"]:
        """What the block adds to its input."""
        inner = F.relu(self.bn1(self.conv1(x)), inplace=True)
        inner = F.relu(self.bn2(self.conv2(inner)), inplace=True)
        return self.bn3(self.conv3(inner))


class InflatedResNet(Backbone):
    """The convolutional part of a 3-D ResNet (IBM/action-recognition-pytorch, `i3d_resnet`).

    A clip of 32 x 224 x 224 leaves it as 4 x 7 x 7 cells. The first convolution is 3x7x7 with
    stride 2 in space, pooling 1x3x3; time is halved by the first block of stages 2, 3 and 4.

    Open: whether W3's R18 halves time at all. IBM's code does unless told `--without_t_stride`, as
    its released 32-frame models were; no weight's shape depends on it. The "I3D, 3D R50" of W3's
    table 1 is another network, quoted from Wang and Gupta, ECCV 2018: 153 GFLOPs for 32 frames,
    where this one has 118.

    Differs from IBM's: it has no classifier, and every channel count can be scaled.
    """

    def __init__(
        self,
        in_channels: int,
        width: float,
        kind: type[BasicBlock3d | Bottleneck3d],
        counts: Sequence[int],
    ) -> None:
        super().__init__()
        channels = scale_channels(STEM_CHANNELS, width)
        self.conv1 = nn.Conv3d(in_channels, channels, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False)
        self.bn1 = nn.BatchNorm3d(channels)
        places = []
        for stage, (published, count) in enumerate(zip(STAGE_CHANNELS, counts, strict=True), 1):
            within = scale_channels(published, width)
            outside = scale_channels(published * kind.expansion, width)
            blocks = nn.Sequential()
            for number in range(count):
                stride = HALVE if stage > 1 and number == 0 else KEEP
                blocks.append(kind(channels, within, outside, stride))
                name, channels = f"layer{stage}.{number}", outside
                places += [Place(f"{name}.branch", outside), Place(name, outside)]
            self.add_module(f"layer{stage}", blocks)
        self.channels = channels
        self.places = places_by_name(places)

    def blocks(self) -> Iterator[tuple[str, InflatedBlock]]:
        """Names and blocks in the order of computation."""
        for name, module in self.named_modules():
            if isinstance(module, InflatedBlock):
                yield name, module

    def forward(self, x: Float[Tensor, "B C T H W"], attend: Attend) -> Float[Tensor, "B D t h w"]:
        """Return the last block's features, or what attention made of them."""
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        x = F.max_pool3d(x, kernel_size=(1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1))
        for name, block in self.blocks():
            x = block(x, name, attend)
        return x


def i3d_resnet18(in_channels: int, width: float) -> InflatedResNet:
    """ResNet-18 in three dimensions."""
    return InflatedResNet(in_channels, width, BasicBlock3d, RESNET18)


def i3d_resnet50(in_channels: int, width: float) -> InflatedResNet:
    """ResNet-50 in three dimensions."""
    return InflatedResNet(in_channels, width, Bottleneck3d, RESNET50)
