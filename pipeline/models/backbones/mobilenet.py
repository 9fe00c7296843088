"""MobileNetV2 with temporal shift, on the frames of clips, named and shaped as torchvision's."""

from collections.abc import Iterator
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.backbones.backbone import Attend, Backbone, places_by_name
from pipeline.models.backbones.temporal_shift import shift_time
from pipeline.models.branches import scale_channels
from pipeline.models.folding import fold_time, unfold_time
from pipeline.models.sites import Place


@dataclass(frozen=True)
class Inverted:
    """The published shape of one inverted residual block.

    Args:
        channels: of the input.
        within: between its 1x1 convolutions.
        outside: of the output.
        stride: of its 3x3 convolution.
    """

    channels: int
    within: int
    outside: int
    stride: int

    @property
    def has_skip(self) -> bool:
        """Whether input and output have one size, so that they are summed."""
        return self.stride == 1 and self.channels == self.outside


STEM_CHANNELS, LAST_CHANNELS = 32, 1280

STAGES = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)
"""Expansion, channels, number of blocks, first stride (Sandler et al., CVPR 2018, table 2)."""


class TsmMobileNetV2(Backbone):
    """The convolutional part of MobileNetV2 (Sandler et al., CVPR 2018) with temporal shift.

    Frames of 224 x 224 leave it as 7 x 7 cells. As in mit-han-lab/temporal-shift-module, the ten
    blocks with a skip connection shift before their first convolution, the other seven never. The
    places are the 17 blocks, with `<block>.branch` before the sum where there is one, and the 1x1
    convolution at the end, `features.18`.

    Differs from torchvision's: it takes clips, has no classifier, and every channel count can be
    scaled; which blocks have a skip connection is the same at every width.
    """

    def __init__(self, in_channels: int, width: float) -> None:
        super().__init__()
        stem, last = scale_channels(STEM_CHANNELS, width), scale_channels(LAST_CHANNELS, width)
        blocks = [InvertedResidual(shape, width) for shape in _shapes()]
        self.features = nn.Sequential(
            _rectified(in_channels, stem, kernel=3, stride=2, groups=1),
            *blocks,
            _rectified(blocks[-1].out_channels, last, kernel=1, stride=1, groups=1),
        )
        self.last = f"features.{len(blocks) + 1}"
        self.channels = last
        inner = [place for name, block in self.blocks() for place in block.places(name)]
        self.places = places_by_name([*inner, Place(self.last, last)])

    def blocks(self) -> Iterator[tuple[str, "InvertedResidual"]]:
        """Names and inverted residual blocks in the order of computation."""
        for name, module in self.named_modules():
            if isinstance(module, InvertedResidual):
                yield name, module

    def forward(self, x: Float[Tensor, "B C T H W"], attend: Attend) -> Float[Tensor, "B D t h w"]:
        """Return the features of `features.18`, or what attention made of them."""
        x = _on_frames(self.features[0], x)
        for name, block in self.blocks():
            x = block(x, name, attend)
        return attend(self.last, _on_frames(self.features[-1], x))


class InvertedResidual(nn.Module):
    """1x1 convolution to more channels, 3x3 on each channel, 1x1 to few channels without ReLU."""

    def __init__(self, shape: Inverted, width: float) -> None:
        super().__init__()
        channels = scale_channels(shape.channels, width)
        within = scale_channels(shape.within, width)
        self.out_channels = scale_channels(shape.outside, width)
        self.has_skip = shape.has_skip
        expansion = [_rectified(channels, within, kernel=1, stride=1, groups=1)]
        self.conv = nn.Sequential(
            *(expansion if shape.within > shape.channels else []),
            _rectified(within, within, kernel=3, stride=shape.stride, groups=within),
            nn.Conv2d(within, self.out_channels, kernel_size=1, bias=False),
            nn.BatchNorm2d(self.out_channels),
        )

    def places(self, name: str) -> list[Place]:
        """Return where attention can go in a block of this name, in the order of computation."""
        branch = [Place(f"{name}.branch", self.out_channels)] if self.has_skip else []
        return [*branch, Place(name, self.out_channels)]

    def forward(
        self, x: Float[Tensor, "B C T H W"], name: str, attend: Attend
    ) -> Float[Tensor, "B D t h w"]:
        """Return the block's output, with attention on the branch and on the output."""
        if not self.has_skip:
            return attend(name, _on_frames(self.conv, x))
        branch = attend(f"{name}.branch", _on_frames(self.conv, shift_time(x)))
        return attend(name, x + branch)


def _shapes() -> Iterator[Inverted]:
    channels = STEM_CHANNELS
    for expansion, outside, count, first_stride in STAGES:
        for number in range(count):
            stride = first_stride if number == 0 else 1
            yield Inverted(channels, channels * expansion, outside, stride)
            channels = outside


def _rectified(
    in_channels: int, out_channels: int, *, kernel: int, stride: int, groups: int
) -> nn.Sequential:
    """Convolution, batch norm, and ReLU up to 6."""
    padding = kernel // 2
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU6(inplace=True),
    )


def _on_frames(layer: nn.Module, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D T h w"]:
    """Apply a layer for images to every frame."""
    return unfold_time(layer(fold_time(x)), frames=x.shape[2])
