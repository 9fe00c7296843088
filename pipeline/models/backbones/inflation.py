"""Weights of pictures for clips: how a 3-D network starts from a 2-D one of the same names."""

from jaxtyping import Float
from torch import Tensor


def inflate(weight: Float[Tensor, "D C h w"], frames: int) -> Float[Tensor, "D C T h w"]:
    """Return a kernel of `frames` (T) frames with a T-th of the weight in each.

    On a video that stands still it gives what the 2-D weight gives on the picture (Carreira and
    Zisserman, CVPR 2017, section 2.4.1, "bootstrapping 3D filters from 2D filters").

    Differs from IBM/action-recognition-pytorch, whose kernels are not divided by T, so that a still
    video's features are T times the picture's until batch norm has adapted.
    """
    return weight.div(frames).unsqueeze(2).repeat(1, 1, frames, 1, 1)
