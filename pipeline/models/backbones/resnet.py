"""ResNet-34 and ResNet-50 on the frames of clips, named and shaped as torchvision's."""

from collections.abc import Callable, Iterator

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.backbones.backbone import Attend, Backbone, places_by_name
from pipeline.models.backbones.residual import (
    BasicBlock,
    Bottleneck,
    ResidualBlock,
    TappedBasicBlock,
)
from pipeline.models.backbones.temporal_aggregation import AggregatingBottleneck
from pipeline.models.backbones.temporal_shift import ShiftedBottleneck
from pipeline.models.branches import scale_channels
from pipeline.models.folding import fold_time, unfold_time

STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))
"""Channels within the blocks of a stage and the number of blocks, the same for ResNet-34 and 50
(He et al., CVPR 2016, table 1)."""

STEM_CHANNELS = 64

Construct = Callable[[int, int, int, int], ResidualBlock]
"""A block's constructor: channels of the input, within and of the output, and the stride."""


class ResNet(Backbone):
    """The convolutional part of a residual network (He et al., CVPR 2016, section 3.3).

    Frames of 224 x 224 leave it as 7 x 7 cells. Its places are, for every block, `<block>.branch`
    before the sum and `<block>` after sum and ReLU.

    Differs from torchvision's: it takes clips, has no classifier, and every channel count can be
    scaled.
    """

    def __init__(
        self,
        in_channels: int,
        width: float,
        *,
        expansion: int,
        construct: Construct,
        construct_last: Construct,
    ) -> None:
        super().__init__()
        stem = scale_channels(STEM_CHANNELS, width)
        self.conv1 = nn.Conv2d(in_channels, stem, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        channels = stem
        for stage, (published, count) in enumerate(STAGES, start=1):
            within = scale_channels(published, width)
            outside = scale_channels(published * expansion, width)
            blocks = nn.Sequential()
            for number in range(count):
                is_last = stage == len(STAGES) and number == count - 1
                stride = 2 if stage > 1 and number == 0 else 1
                block = construct_last if is_last else construct
                blocks.append(block(channels, within, outside, stride))
                channels = outside
            self.add_module(f"layer{stage}", blocks)
        self.channels = channels
        self.places = places_by_name(
            [place for name, block in self.blocks() for place in block.places(name)]
        )

    def blocks(self) -> Iterator[tuple[str, ResidualBlock]]:
        """Names and residual blocks in the order of computation."""
        for name, module in self.named_modules():
            if isinstance(module, ResidualBlock):
                yield name, module

    def forward(self, x: Float[Tensor, "B C T H W"], attend: Attend) -> Float[Tensor, "B D t h w"]:
        """Return the last block's features, or what attention made of them."""
        images = F.relu(self.bn1(self.conv1(fold_time(x))), inplace=True)
        images = F.max_pool2d(images, kernel_size=3, stride=2, padding=1)
        x = unfold_time(images, frames=x.shape[2])
        for name, block in self.blocks():
            x = block(x, name, attend)
        return x


def resnet34(in_channels: int, width: float) -> ResNet:
    """ResNet-34 on every frame alone, whose last block also shows `layer4.2.conv2` (LSTA)."""
    return ResNet(
        in_channels,
        width,
        expansion=BasicBlock.expansion,
        construct=BasicBlock,
        construct_last=TappedBasicBlock,
    )


def tsn_resnet50(in_channels: int, width: float) -> ResNet:
    """ResNet-50 on every frame alone (TSN: Wang et al., ECCV 2016, with a later network)."""
    return _resnet50(in_channels, width, Bottleneck)


def tsm_resnet50(in_channels: int, width: float) -> ResNet:
    """ResNet-50 with temporal shift in the branch of all 16 blocks (Lin et al., ICCV 2019)."""
    return _resnet50(in_channels, width, ShiftedBottleneck)


def tam_resnet50(in_channels: int, width: float) -> ResNet:
    """ResNet-50 with temporal aggregation in all 16 blocks (Fan et al., NeurIPS 2019).

    Follows IBM/action-recognition-pytorch without temporal stride, as its released models, and
    without the paper's big and little branches.
    """
    return _resnet50(in_channels, width, AggregatingBottleneck)


def _resnet50(in_channels: int, width: float, construct: Construct) -> ResNet:
    return ResNet(
        in_channels,
        width,
        expansion=Bottleneck.expansion,
        construct=construct,
        construct_last=construct,
    )
