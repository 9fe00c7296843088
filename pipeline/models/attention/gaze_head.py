"""IGA's estimate of gaze: a branch of the network that scores every cell of every time step."""

from collections.abc import Mapping

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.branches import Branches, scale_channels
from pipeline.models.errors import ModelError
from pipeline.models.inception import BATCH_NORM_EPS, BATCH_NORM_MOMENTUM, InceptionBlock
from pipeline.models.sites import Place

FIRST_SHARE, SECOND_SHARE = 1 / 4, 1 / 16
"""Channels of `g1` and `g2` as shares of the last block's: 256 and 64 of 1024, as published."""


class GazeHead(nn.Module):
    """The gaze branch (Min and Corso, WACV 2021; MichiganCOG/Gaze-Attention, model.py).

    It starts at a pooling layer, has inception blocks of its own as wide as the backbone's next
    ones, and ends in three convolutions that look at space alone. Layers have the authors' names.

    Differs from the authors' code: channels of the convolutions follow the last block's width.

    in_channels: of the features where the branch starts.
    blocks: widths of the inception blocks, by name, in the order of computation.
    """

    def __init__(self, in_channels: int, blocks: Mapping[str, Branches]) -> None:
        super().__init__()
        self.blocks = tuple(blocks)
        channels = in_channels
        for name, branches in blocks.items():
            self.add_module(name, InceptionBlock(channels, branches))
            channels = branches.channels
        first, second = (scale_channels(channels, share) for share in (FIRST_SHARE, SECOND_SHARE))
        self.g1 = nn.Conv3d(channels, first, (1, 3, 3), padding=(0, 1, 1))
        self.b1 = nn.BatchNorm3d(first, BATCH_NORM_EPS, BATCH_NORM_MOMENTUM)
        self.g2 = nn.Conv3d(first, second, (1, 3, 3), padding=(0, 1, 1))
        self.b2 = nn.BatchNorm3d(second, BATCH_NORM_EPS, BATCH_NORM_MOMENTUM)
        self.g3 = nn.Conv3d(second, 1, kernel_size=1)

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float32[Tensor, "B T H W"]:
        """Logits of gaze over the cells of each time step.

        `g3.bias` is the same for all cells, so no softmax depends on it and it never learns.
        """
        for name in self.blocks:
            x = self.get_submodule(name)(x)
        x = F.relu(self.b1(self.g1(x)))
        x = F.relu(self.b2(self.g2(x)))
        with torch.autocast(x.device.type, enabled=False):  # differences of logits decide
            logits: Tensor = self.g3(x.to(self.g3.weight.dtype))
        return logits.squeeze(1).float()


def branch_to(place: Place, places: Mapping[str, Place]) -> tuple[Place, dict[str, Branches]]:
    """Return where a gaze branch for `place` starts, and the blocks that it copies.

    The blocks are the unbroken row of inception blocks up to the place, and the branch starts at
    the pooling layer before them: for `Mixed_5c`, `MaxPool3d_5a_2x2` and `Mixed_5b, Mixed_5c`.

    Raises:
        ModelError: the place is no inception block with a pooling layer somewhere before it.
    """
    blocks: dict[str, Branches] = {}
    names = list(places)
    for name in reversed(names[: names.index(place.name) + 1]):
        branches = places[name].branches
        if branches is None and blocks:
            return places[name], dict(reversed(blocks.items()))
        if branches is None:
            break
        blocks[name] = branches
    raise ModelError(
        f"iga's gaze branch copies the inception blocks up to its place, and {place.name} is no "
        f"such block; choose backbone i3d, and a place such as Mixed_5c"
    )
