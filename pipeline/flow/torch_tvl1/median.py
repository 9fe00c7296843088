"""The median filter of a flow, between the loops of OpenCV's CPU code (Wedel et al., 2009)."""

import torch
from jaxtyping import Float32
from torch import Tensor
from torch.nn.functional import pad


def median_filter(flow: Float32[Tensor, "N 2 H W"], num_pixels: int) -> Float32[Tensor, "N 2 H W"]:
    """Return the median over a square of so many (odd) pixels a side; the border is repeated.

    Of 14 of 25 values, neither the smallest nor the largest can be the median of all. So both
    leave, one more comes in, and again, until one is left. ``torch.median`` gives the same, and
    takes 7 times as long.
    """
    height, width = flow.shape[-2:]
    margin = num_pixels // 2
    wide = pad(flow, (margin, margin, margin, margin), mode="replicate")
    coming = [
        wide[..., row : row + height, column : column + width]
        for row in range(num_pixels)
        for column in range(num_pixels)
    ]
    within = [coming.pop() for _ in range(len(coming) // 2 + 1)]
    while coming:
        within.append(coming.pop())
        within = _without_extremes(within)
    return within[0]


def _without_extremes(values: list[Tensor]) -> list[Tensor]:
    """Drop the smallest and the largest value at each pixel; the others change places."""
    smallest, *others = values
    for place, value in enumerate(others):
        smallest, others[place] = torch.minimum(smallest, value), torch.maximum(smallest, value)
    largest, *others = others
    for place, value in enumerate(others):
        largest, others[place] = torch.maximum(largest, value), torch.minimum(largest, value)
    return others
