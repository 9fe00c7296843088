"""I3D: Inception-V1 inflated to three dimensions, named and shaped as piergiaj's PyTorch port."""

from collections.abc import Iterator

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.backbones.backbone import Attend, Backbone
from pipeline.models.branches import MIXED_5C, Branches, scale_channels
from pipeline.models.inception import InceptionBlock, SameMaxPool3d, Unit3d
from pipeline.models.sites import Place

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
    "Mixed_5c": MIXED_5C,
}
"""Inception-V1's widths (Szegedy et al., CVPR 2015, table 1), in the order of computation."""


class InceptionI3d(Backbone):
    """The convolutional part of I3D (Carreira and Zisserman, CVPR 2017, figure 3).

    A clip of 16 x 224 x 224 leaves `Mixed_5c` as 1024 x 2 x 7 x 7: an eighth of the frames and a
    32nd of each side, rounded up.

    Differs from piergiaj's port: the classifier is `WindowsHead`; every channel count can be
    scaled.
    """

    see_time = True
    """Whether kernels and strides reach over frames."""

    def __init__(self, in_channels: int, width: float) -> None:
        super().__init__()
        self.places = {}
        branches = {name: published.scaled(width) for name, published in BRANCHES.items()}
        for name, channels, layer in _layers(in_channels, width, branches, self.see_time):
            self.add_module(name, layer)
            if name.startswith(("Mixed", "MaxPool")):
                self.places[name] = Place(name, channels, branches.get(name))
        self.channels = branches["Mixed_5c"].channels

    def forward(self, x: Float[Tensor, "B C T H W"], attend: Attend) -> Float[Tensor, "B D t h w"]:
        """Return the features of `Mixed_5c`, or what attention made of them."""
        for name, layer in self.named_children():
            x = layer(x)
            if name in self.places:
                x = attend(name, x)
        return x


class Inception2d(InceptionI3d):
    """Inception-V1 on every frame alone (Szegedy et al., CVPR 2015), with I3D's names.

    It is I3D before its inflation: every kernel has one frame, and no stride is in time. STAM's
    authors take it for SAN, which they call the spatial reduction of their network.
    """

    see_time = False


def _layers(
    in_channels: int, width: float, branches: dict[str, Branches], see_time: bool
) -> Iterator[tuple[str, int, nn.Module]]:
    """Names, output channels and modules in the order of computation."""
    first, second, third = (scale_channels(channels, width) for channels in STEM_CHANNELS)
    three, seven, two = (3, 7, 2) if see_time else (1, 1, 1)
    yield "Conv3d_1a_7x7", first, Unit3d(in_channels, first, (seven, 7, 7), (two, 2, 2))
    yield "MaxPool3d_2a_3x3", first, SameMaxPool3d((1, 3, 3), (1, 2, 2))
    yield "Conv3d_2b_1x1", second, Unit3d(first, second, (1, 1, 1), (1, 1, 1))
    yield "Conv3d_2c_3x3", third, Unit3d(second, third, (three, 3, 3), (1, 1, 1))
    yield "MaxPool3d_3a_3x3", third, SameMaxPool3d((1, 3, 3), (1, 2, 2))
    channels = third
    for name, block in branches.items():
        if name == "Mixed_4b":
            yield "MaxPool3d_4a_3x3", channels, SameMaxPool3d((three, 3, 3), (two, 2, 2))
        if name == "Mixed_5b":
            yield "MaxPool3d_5a_2x2", channels, SameMaxPool3d((two, 2, 2), (two, 2, 2))
        yield name, block.channels, InceptionBlock(channels, block, three)
        channels = block.channels
