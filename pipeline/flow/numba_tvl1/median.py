"""The median of 5 x 5 pixels, the border repeated, between the loops of the CPU semantics.

The columns of a pixel's 25 values are sorted, which neighbours share; then the rows: of sorted
rows and columns, the 6 values to the upper left have 13 others that are no less, the 6 to the
lower right 13 that are no more. Neither can be the median of all, which is so that of the 13 left.
Only smaller and larger of two are taken, which vectors do at once; what nobody needs, LLVM drops.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float32
from numba import literally, njit

from pipeline.flow.numba_tvl1.layout import Level, driver, first_pixel

REACH = 2
SIDE = 5

comparing = njit(nogil=True, error_model="numpy", fastmath={"nnan", "nsz"})


@comparing
@no_type_check
def order(a: np.float32, b: np.float32) -> tuple[np.float32, np.float32]:
    return min(a, b), max(a, b)


@comparing
@no_type_check
def sort_five(
    a: np.float32, b: np.float32, c: np.float32, d: np.float32, e: np.float32
) -> tuple[np.float32, np.float32, np.float32, np.float32, np.float32]:
    """Sort five values by the shortest network, of nine comparisons."""
    a, b = order(a, b)
    d, e = order(d, e)
    c, e = order(c, e)
    c, d = order(c, d)
    a, d = order(a, d)
    a, c = order(a, c)
    b, e = order(b, e)
    b, d = order(b, d)
    b, c = order(b, c)
    return a, b, c, d, e


@comparing
@no_type_check
def sort_columns(
    padded: Float32[np.ndarray, " floats"],
    y: int,
    width: int,
    ranked: Float32[np.ndarray, " floats"],
    stride: int,
) -> None:
    """Sort each column of five pixels about row y; the smallest go to the first ranked row."""
    column = padded[y * literally(stride) :]
    for x in range(width + 2 * REACH):
        a, b, c, d, e = sort_five(
            column[x],
            column[x + stride],
            column[x + 2 * stride],
            column[x + 3 * stride],
            column[x + 4 * stride],
        )
        ranked[x] = a
        ranked[x + stride] = b
        ranked[x + 2 * stride] = c
        ranked[x + 3 * stride] = d
        ranked[x + 4 * stride] = e


@comparing
@no_type_check
def sort_row(
    ranked: Float32[np.ndarray, " floats"], i: int
) -> tuple[np.float32, np.float32, np.float32, np.float32, np.float32]:
    return sort_five(ranked[i], ranked[i + 1], ranked[i + 2], ranked[i + 3], ranked[i + 4])


@comparing
@no_type_check
def take_medians(
    ranked: Float32[np.ndarray, " floats"], level: Level, start: int, stride: int
) -> None:
    """Set the row of pixels from ``start`` to the medians of its sorted columns."""
    row = literally(stride)
    for x in range(level.width):
        _, _, _, a4, a5 = sort_row(ranked, x)
        _, _, b3, b4, b5 = sort_row(ranked, x + row)
        _, c2, c3, c4, _ = sort_row(ranked, x + 2 * row)
        d1, d2, d3, _, _ = sort_row(ranked, x + 3 * row)
        e1, e2, _, _, _ = sort_row(ranked, x + 4 * row)
        # The shortest way found, by a search over networks, to the median of these 13.
        low = max(min(b4, e2), c2, d1)
        low1, high1 = order(c3, min(c4, max(b3, e1)))
        low2, high2 = order(min(a5, d3), min(b5, max(a4, d2)))
        low3, high3 = order(min(high2, high1), max(low2, low1))
        level.state[start + x] = min(high3, max(low3, low))


@comparing
@no_type_check
def pad_row(level: Level, start: int, padded: Float32[np.ndarray, " floats"], out: int) -> None:
    """Copy the row of pixels from ``start``, and its first and last one twice more."""
    for x in range(level.width):
        padded[out + REACH + x] = level.state[start + x]
    for x in range(REACH):
        padded[out + x] = level.state[start]
        padded[out + REACH + level.width + x] = level.state[start + level.width - 1]


@driver
@no_type_check
def median_filter(level: Level, field: int, stride: int) -> None:
    """Replace each pixel of a field by the median of the 25 pixels about it."""
    padded = np.empty((level.height + 2 * REACH) * stride, np.float32)
    ranked = np.empty(SIDE * stride, np.float32)
    for row in range(level.height + 2 * REACH):
        y = min(max(row - REACH, 0), level.height - 1)
        pad_row(level, first_pixel(y, field, stride), padded, row * stride)
    for y in range(level.height):
        sort_columns(padded, y, level.width, ranked, stride)
        take_medians(ranked, level, first_pixel(y, field, stride), stride)
