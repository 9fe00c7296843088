"""The pyramid's levels, and the bilinear resizing of images down and of flow up it."""

import torch
from jaxtyping import Float32
from torch import Tensor

from pipeline.flow.levels import level_sizes
from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics


def build_pyramid(
    pairs: Float32[Tensor, "N 2 H W"], tvl1: Tvl1, semantics: Semantics
) -> list[Float32[Tensor, "N 2 _ _"]]:
    """Return the images of each level, the finest first; no blur, as in OpenCV."""
    levels = [pairs]
    height, width = pairs.shape[-2:]
    shrink = 1 / tvl1.scale_step
    for size in level_sizes(height, width, tvl1)[1:]:
        levels.append(resize(levels[-1], size, (shrink, shrink), semantics))
    return levels


def enlarge_flow(
    flow: Float32[Tensor, "N 2 h w"], size: tuple[int, ...], tvl1: Tvl1, semantics: Semantics
) -> Float32[Tensor, "N 2 H W"]:
    """Return a level's flow at the size (height, width) of the next finer one, in its pixels."""
    height, width = flow.shape[-2:]
    steps = (height / size[0], width / size[1])
    return resize(flow, size, steps, semantics) * (1 / tvl1.scale_step)


def resize(
    images: Float32[Tensor, "N C h w"],
    size: tuple[int, ...],
    steps: tuple[float, float],
    semantics: Semantics,
) -> Float32[Tensor, "N C H W"]:
    """Sample images bilinearly at ``size`` (height, width) places, ``steps`` (y, x) pixels apart.

    ``is_centre_aligned``: the middle of the first pixel's step lies in the middle of its source;
    else the first pixels lie on each other. Beyond the last pixel counts as on it.
    """
    for axis, num_places, step in ((-1, size[1], steps[1]), (-2, size[0], steps[0])):
        images = _resize_axis(images, axis, num_places, step, semantics)
    return images


def _resize_axis(
    images: Tensor, axis: int, num_places: int, step: float, semantics: Semantics
) -> Tensor:
    last = images.shape[axis] - 1
    places = torch.arange(num_places, dtype=torch.float64, device=images.device)
    source = (places + 0.5) * step - 0.5 if semantics.is_centre_aligned else places * step
    source = source.clamp(0, last)
    first = source.floor().long()
    weight = (source - first).float()
    if axis == -2:
        weight = weight.unsqueeze(-1)  # (H, 1)
    before = images.index_select(axis, first)
    after = images.index_select(axis, (first + 1).clamp(max=last))
    return before * (1 - weight) + after * weight
