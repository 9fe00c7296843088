"""From stored levels to what a model sees, on the device: a byte travels, not four."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

MINUS_ONE_ONE = "minus_one_one"
"""Name of this normalisation in checkpoints, which it belongs to (I3D: Carreira and Zisserman)."""
HALF_RANGE = 127.5


def normalise(video: UInt8[Tensor, "B C T H W"]) -> Float[Tensor, "B C T H W"]:
    """Map levels 0 … 255 to -1 … 1, as 2 v / 255 - 1; flow without motion (128) becomes 0.0039."""
    return video.to(torch.float32).div_(HALF_RANGE).sub_(1.0)
