"""I3D: Inception-V1 inflated to three dimensions, named and shaped as piergiaj's PyTorch port."""

from collections.abc import Iterator

from torch import nn

from pipeline.models.backbones.place import Place
from pipeline.models.inception import (
    Branches,
    InceptionBlock,
    SameMaxPool3d,
    Unit3d,
    scale_channels,
)

STEM_CHANNELS = (64, 64, 192)
"""Channels after Conv3d_1a_7x7, Conv3d_2b_1x1 and Conv3d_2c_3x3."""

BRANCHES = {
    "Mixed_3b": Branches(64, 96, 128, 16, 32, 32),
    "Mixed_3c": Branches(128, 128, 192, 32, 96, 64),
    "Mixed_4b": Branches(192, 96, 208, 16, 48, 64),
    "Mixed_4c": Branches(160, 112, 224, 24, 64, 64),
    "Mixed_4d": Branches(128, 128, 256, 24, 64, 64),
    "Mixed_4e": Branches(112, 144, 288, 32, 64, 64),
    "Mixed_4f": Branches(256, 160, 320, 32, 128, 128),
    "Mixed_5b": Branches(256, 160, 320, 32, 128, 128),
    "Mixed_5c": Branches(384, 192, 384, 48, 128, 128),
}
"""Inception-V1's widths (Szegedy et al., CVPR 2015, table 1), in the order of computation."""


class InceptionI3d(nn.Module):
    """The convolutional part of I3D (Carreira and Zisserman, CVPR 2017, figure 3).

    A clip of 16 x 224 x 224 leaves `Mixed_5c` as 1024 x 2 x 7 x 7: an eighth of the frames and a
    32nd of each side, rounded up.

    Differs from piergiaj's port: the classifier is `ActionHead`; every channel count can be scaled.
    """

    def __init__(self, in_channels: int, width: float) -> None:
        super().__init__()
        branches = {name: published.scaled(width) for name, published in BRANCHES.items()}
        self.places = {name: Place(name, block.channels, block) for name, block in branches.items()}
        self.channels = branches["Mixed_5c"].channels
        for name, layer in _layers(in_channels, width, branches):
            self.add_module(name, layer)

    def layers(self) -> Iterator[tuple[str, nn.Module]]:
        """The named layers in the order of computation: each takes the output of the one before."""
        return self.named_children()


def _layers(
    in_channels: int, width: float, branches: dict[str, Branches]
) -> Iterator[tuple[str, nn.Module]]:
    """Names and modules in the order of computation."""
    first, second, third = (scale_channels(channels, width) for channels in STEM_CHANNELS)
    yield "Conv3d_1a_7x7", Unit3d(in_channels, first, (7, 7, 7), (2, 2, 2))
    yield "MaxPool3d_2a_3x3", SameMaxPool3d((1, 3, 3), (1, 2, 2))
    yield "Conv3d_2b_1x1", Unit3d(first, second, (1, 1, 1), (1, 1, 1))
    yield "Conv3d_2c_3x3", Unit3d(second, third, (3, 3, 3), (1, 1, 1))
    yield "MaxPool3d_3a_3x3", SameMaxPool3d((1, 3, 3), (1, 2, 2))
    channels = third
    for name, block in branches.items():
        if name == "Mixed_4b":
            yield "MaxPool3d_4a_3x3", SameMaxPool3d((3, 3, 3), (2, 2, 2))
        if name == "Mixed_5b":
            yield "MaxPool3d_5a_2x2", SameMaxPool3d((2, 2, 2), (2, 2, 2))
        yield name, InceptionBlock(channels, block)
        channels = block.channels
