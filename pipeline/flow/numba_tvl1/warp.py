"""The second image and its gradient at x + u, bicubic, and the residual made linear there.

Keys' cubic convolution (IEEE TASSP 1981) over the four pixels about the fraction t of a place:

    w(-1) = a t (1 - t)²                   w(0) = (a+2) t³ - (a+3) t² + 1
    w(+2) = a t² (1 - t)                   w(+1) = -(a+2) t³ + (2a+3) t² - a t

At t = 0 these are 0, 1, 0, 0 exactly: a still pair has the residual 0. They sum to 1 for every t,
so that dividing by the sum, as OpenCV's CUDA code does, changes nothing but rounding.
"""

from typing import NamedTuple, no_type_check

import numpy as np
from jaxtyping import Float32, Int32
from numba import literally

from pipeline.flow.numba_tvl1.layout import (
    CONSTANT,
    G1,
    G2,
    INVERSE,
    U1,
    Level,
    driver,
    first_pixel,
    kernel,
)
from pipeline.flow.numba_tvl1.settings import Settings
from pipeline.flow.numba_tvl1.taps import LANES, TAPS, sample

MARGIN = 4
"""Pixels about the packed image: as far as four taps reach that lie outside altogether."""
SMALLEST_NORM = np.float32(np.finfo(np.float32).eps)
"""Of |g|²: no division by 0 where the image is even."""
ZERO, HALF, ONE, TWO, THREE = (np.float32(number) for number in (0, 0.5, 1, 2, 3))


class Taps(NamedTuple):
    """Where the pixels of a row are sampled.

    Args:
        first: of each pixel, where its upper left tap lies in the packed image.
        weights: of four columns, then of four rows; those of one tap are ``stride`` apart.
    """

    first: Int32[np.ndarray, " floats"]
    weights: Float32[np.ndarray, " floats"]


@kernel
@no_type_check
def pack_row(
    image: Float32[np.ndarray, "height width"], y: int, out: Float32[np.ndarray, " floats"]
) -> None:
    """Write image, x and y derivative of row y side by side: ½ (next - previous), border repeated.

    Columns outside of the image repeat its first and last column.
    """
    height, width = image.shape
    above, below = image[max(y - 1, 0)], image[min(y + 1, height - 1)]
    for column in range(width + 2 * MARGIN):
        x = min(max(column - MARGIN, 0), width - 1)
        left, right = image[y, max(x - 1, 0)], image[y, min(x + 1, width - 1)]
        out[LANES * column] = image[y, x]
        out[LANES * column + 1] = HALF * (right - left)
        out[LANES * column + 2] = HALF * (below[x] - above[x])
        out[LANES * column + 3] = ZERO


@driver
@no_type_check
def pack(
    image: Float32[np.ndarray, "height width"], is_border_zero: bool, stride: int
) -> Float32[np.ndarray, " floats"]:
    """Return image and gradient with their margin: 0, or the nearest pixel's."""
    height, width = image.shape
    packed = np.empty((height + 2 * MARGIN) * LANES * stride, np.float32)
    for row in range(height + 2 * MARGIN):
        y = min(max(row - MARGIN, 0), height - 1)
        start = row * LANES * stride
        pack_row(image, y, packed[start : start + LANES * stride])
        if is_border_zero:
            is_outside = y != row - MARGIN
            for column in range(width + 2 * MARGIN):
                if is_outside or column < MARGIN or column >= width + MARGIN:
                    for lane in range(LANES):
                        packed[start + LANES * column + lane] = ZERO
    return packed


@kernel
@no_type_check
def weigh_row(level: Level, y: int, cubic_a: np.float32, taps: Taps, stride: int) -> None:
    """Find the taps of each pixel of row y, and their weights.

    A place from which no tap reaches the image is moved to the nearest such place.
    """
    a = cubic_a
    weights = taps.weights
    flow = level.state[first_pixel(y, U1, literally(stride)) :]
    for x in range(level.width):
        first = np.int32(0)
        for axis in range(2):
            start, size = (x, level.width) if axis == 0 else (y, level.height)
            place = np.float32(start) + flow[x + axis * stride]
            place = min(max(place, np.float32(1 - MARGIN)), np.float32(size + 1))
            whole = np.floor(place)
            t = place - whole
            i = x + axis * TAPS * stride
            weights[i] = a * t * (ONE - t) * (ONE - t)
            weights[i + stride] = ((a + TWO) * t - (a + THREE)) * t * t + ONE
            weights[i + 2 * stride] = ((TWO * a + THREE - (a + TWO) * t) * t - a) * t
            weights[i + 3 * stride] = a * t * t * (ONE - t)
            pixels = np.int32(1 if axis == 0 else stride)
            first += (np.int32(whole) + np.int32(MARGIN - 1)) * pixels
        taps.first[x] = first * np.int32(LANES)


@driver
@no_type_check
def sample_row(
    packed: Float32[np.ndarray, " floats"],
    width: int,
    taps: Taps,
    out: Float32[np.ndarray, " floats"],
    stride: int,
) -> None:
    for x in range(width):
        sample(packed, np.intp(taps.first[x]), taps.weights, x, literally(stride), out)


@kernel
@no_type_check
def linearise_row(
    before: Float32[np.ndarray, " width"],
    warped: Float32[np.ndarray, " floats"],
    level: Level,
    y: int,
    stride: int,
) -> None:
    """Set g, 1 / |g|² and the residual's constant part of row y.

    ``ρ(u) = I1(x + u0) + g · (u - u0) - I0(x)`` about the flow u0 of the warp.
    """
    flow = level.state[first_pixel(y, U1, literally(stride)) :]
    row = level.state[first_pixel(y, 0, stride) :]
    for x in range(level.width):
        g1 = warped[LANES * x + 1]
        g2 = warped[LANES * x + 2]
        row[x + G1 * stride] = g1
        row[x + G2 * stride] = g2
        change = g1 * flow[x] + g2 * flow[x + stride]
        row[x + CONSTANT * stride] = (warped[LANES * x] - before[x]) - change
        row[x + INVERSE * stride] = ONE / max(g1 * g1 + g2 * g2, SMALLEST_NORM)


@driver
@no_type_check
def warp(
    before: Float32[np.ndarray, "height width"],
    packed: Float32[np.ndarray, " floats"],
    level: Level,
    settings: Settings,
    stride: int,
) -> None:
    """Warp the packed second image by the level's flow, and linearise the residual there."""
    taps = Taps(np.empty(stride, np.int32), np.empty(2 * TAPS * stride, np.float32))
    warped = np.empty(LANES * stride, np.float32)
    for y in range(level.height):
        weigh_row(level, y, settings.cubic_a, taps, stride)
        sample_row(packed, level.width, taps, warped, stride)
        linearise_row(before[y], warped, level, y, stride)
