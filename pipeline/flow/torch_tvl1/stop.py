"""When the iterations of a pair end: OpenCV's two stop rules, pure functions of numbers.

An iteration's error is the sum over pixels of |u_new - u|²; a pair is done once it is at most
``limit = ε² · pixels``.
"""

import torch
from jaxtyping import Bool, Float32, Float64
from torch import Tensor

from pipeline.flow.semantics import Semantics


def is_asked(
    iteration: int, wait: Float64[Tensor, " N"], limit: float, semantics: Semantics
) -> Bool[Tensor, " N"]:
    """Say of which pairs the error after this iteration (from 0) is asked for.

    The CUDA code spares itself most sums: only odd iterations ask, only once ``wait`` is below
    the limit, and none if ε = 0.
    """
    if semantics.checks_every_iteration:
        return torch.ones_like(wait, dtype=torch.bool)
    return (wait < limit) & (limit > 0 and iteration % 2 == 1)


def next_wait(
    wait: Float64[Tensor, " N"],
    asked: Bool[Tensor, " N"],
    error: Float64[Tensor, " N"],
    limit: float,
) -> Float64[Tensor, " N"]:
    """Return the error last asked for, less the limit for each iteration since then.

    So an error of k limits brings the next question after about k iterations. Starts at 0.
    """
    return torch.where(asked, error, wait - limit)


def is_finished(
    asked: Bool[Tensor, " N"], error: Float64[Tensor, " N"], limit: float
) -> Bool[Tensor, " N"]:
    """Say which pairs are done; an error that was not asked for ends nothing."""
    return asked & (error <= limit)


def squared_change(
    before: Float32[Tensor, "N 2 H W"], after: Float32[Tensor, "N 2 H W"]
) -> Float64[Tensor, " N"]:
    """Return the error of each pair, in square pixels."""
    x, y = (after - before).unbind(1)
    return sum_over_pixels(x * x + y * y)


def sum_over_pixels(values: Float32[Tensor, "N H W"]) -> Float64[Tensor, " N"]:
    """Sum in float64, folding the second half onto the first until one number is left.

    The order of ``torch.sum`` changes with the batch, the threads and the device; this does not.
    """
    sums = values.double().flatten(1)
    while (length := sums.shape[1]) > 1:
        half = length // 2
        sums[:, :half] += sums[:, length - half :]
        sums = sums[:, : length - half]
    return sums[:, 0]
