"""The pixels of a window in the order in which a map holds them for important."""

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor
from torch.nn import functional as F


def pixel_ranks(
    maps: Float32[np.ndarray, "t h w"], size: torch.Size, chance: Int64[Tensor, " pixels"]
) -> Int64[Tensor, "T H W"]:
    """Return each pixel's rank in a window of `size` (T, H, W): 0 is the most important.

    A map is brought to the pixels by `spread_map`. Pixels of equal importance stand in the order of
    `chance`, a permutation of their numbers, so that a map that points nowhere gives a random
    order and not that of the rows.
    """
    values = spread_map(torch.from_numpy(maps).to(chance.device), size).flatten()
    order = chance[values[chance].argsort(descending=True, stable=True)]  # pixels by importance
    ranks = torch.empty_like(order)
    ranks[order] = torch.arange(len(order), device=order.device)
    return ranks.view(size)


def spread_map(maps: Float[Tensor, "t h w"], size: torch.Size) -> Float[Tensor, "T H W"]:
    """Bring a window's map to its pixels: image i has plane floor(i t / T), bilinear in space."""
    planes = torch.arange(size[0], device=maps.device) * len(maps) // size[0]  # (T,)
    at_pixels = F.interpolate(maps[:, None], list(size[1:]), mode="bilinear", align_corners=False)
    return at_pixels[planes, 0]  # (T, H, W)
