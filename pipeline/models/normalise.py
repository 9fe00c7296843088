"""From stored levels to what a network sees, on the device: a byte travels, not four."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64, UInt8
from torch import Tensor

from pipeline.models.normalisations import NormalisationName


@dataclass(frozen=True)
class Normalisation:
    """Levels / 255, minus a mean, over a deviation: one number, or one for each channel."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]


NORMALISATIONS: dict[NormalisationName, Normalisation] = {
    "minus_one_one": Normalisation((0.5,), (0.5,)),
    "imagenet": Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "tsn_flow": Normalisation((0.5,), (0.226,)),
    "grey_flow": Normalisation((0.449,), (0.226,)),
}
"""`minus_one_one`: I3D (Carreira and Zisserman, CVPR 2017). `imagenet`: torchvision's networks.
`tsn_flow`: yjxiong/tsn-pytorch and TSM. `grey_flow`: swathikirans/ego-rnn, ImageNet's mean over
colours. Flow without motion is level 128 and becomes 0.0039, 0.0087 and 0.23 in the three."""


def normalise(
    video: UInt8[Tensor, "B C T H W"], name: NormalisationName
) -> Float[Tensor, "B C T H W"]:
    """Map levels 0 … 255 to a network's input."""
    chosen = NORMALISATIONS[name]
    scale = torch.tensor(chosen.deviation, dtype=torch.float64).mul(255)
    shift = torch.tensor(chosen.mean, dtype=torch.float64).mul(255) / scale
    return video.to(torch.float32).div_(_by_channel(scale, video)).sub_(_by_channel(shift, video))


def _by_channel(values: Float64[Tensor, " n"], like: Tensor) -> Float[Tensor, "n 1 1 1"]:
    return values.to(like.device, torch.float32)[:, None, None, None]
