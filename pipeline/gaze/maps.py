"""Gaze maps: STAM's equation 2, for numpy (stored maps) and torch (training targets) alike."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from jaxtyping import Bool, Float, UInt8

if TYPE_CHECKING:
    import torch

Array = TypeVar("Array", np.ndarray, "torch.Tensor")

CELL_CENTRE = 0.5
"""Where in its cell, in cells, a map value is taken. With it, mirrored gaze gives mirrored maps."""


def equation_2(
    points: Array, columns: Array, rows: Array, sigma_cells: float, exp: Callable[[Array], Array]
) -> Array:
    """A Gaussian bump of height 1 around each point (STAM, ICCVW 2019, section 3.1, equation 2).

    Rows go with y and columns with x, as in the authors' code (the paper's letters cross them).
    The paper does not say where in a cell its value is taken; the caller does, by ``columns`` and
    ``rows``. A NaN point gives a NaN map.

    Args:
        points: (..., 2), x and y in [0, 1].
        columns: (w,), x of each column, in cells: the map spans 0 to w.
        rows: (h,), y of each row, in cells.
        sigma_cells: the bump's width; the paper's is half the map's height.
        exp: the exponential of the arrays' library.

    Returns:
        (..., h, w), in (0, 1].
    """
    scaled_x = points[..., :1] * len(columns)  # (..., 1)
    scaled_y = points[..., 1:] * len(rows)  # (..., 1)
    across = exp(-((columns - scaled_x) ** 2) / (2 * sigma_cells**2))  # (..., w)
    down = exp(-((rows - scaled_y) ** 2) / (2 * sigma_cells**2))  # (..., h)
    return down[..., :, None] * across[..., None, :]  # (..., h, w)


def gaze_maps(
    points: Float[np.ndarray, "F 2"],
    valid: Bool[np.ndarray, " F"],
    *,
    height: int,
    width: int,
    sigma_cells: float,
) -> UInt8[np.ndarray, "F h w"]:
    """Equation 2 of every frame in 8 bits, 255 its height; a frame that is not valid is all 0."""
    maps = np.zeros((len(points), height, width), np.uint8)
    columns = np.arange(width, dtype=np.float32) + np.float32(CELL_CENTRE)
    rows = np.arange(height, dtype=np.float32) + np.float32(CELL_CENTRE)
    bumps = equation_2(points[valid], columns, rows, sigma_cells, np.exp)
    maps[valid] = np.rint(255 * bumps)
    return maps
