"""How wide an inception block is, and every network at another width than the published."""

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Branches:
    """Output channels of the six units of an inception block, by the unit's name."""

    b0: int
    b1a: int
    b1b: int
    b2a: int
    b2b: int
    b3b: int

    @property
    def channels(self) -> int:
        """Channels of the block's output: the four branches side by side."""
        return self.b0 + self.b1b + self.b2b + self.b3b

    def scaled(self, width: float) -> "Branches":
        """The same block with every unit `width` times as wide (`scale_channels`)."""
        return Branches(*(scale_channels(channels, width) for channels in astuple(self)))


def scale_channels(channels: int, width: float) -> int:
    """`channels * width` to the nearest multiple of 8 (halves go up), at least 8.

    Every published I3D channel count is a multiple of 8, so width 1 changes nothing.
    """
    return max(8, 8 * int(channels * width / 8 + 0.5))


MIXED_5C = Branches(384, 192, 384, 48, 128, 128)
"""The last block of Inception-V1 (Szegedy et al., CVPR 2015, table 1): 1024 channels."""


def branches_of(channels: int, block: Branches | None) -> Branches:
    """Return the widths of a block that looks at `channels`: the block's own where there is one.

    Elsewhere, those of `Mixed_5c` as a share of the channels.
    """
    return block or MIXED_5C.scaled(channels / MIXED_5C.channels)
