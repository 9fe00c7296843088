"""The two steps of an iteration, row by row (Zach, Pock and Bischof, DAGM 2007).

With the linear residual ``ρ(u) = constant + g · u`` of the warp, for each pixel

    v  = u + clamp(-ρ(u) / |g|², -λθ, λθ) g          the data step, their thresholding
    u' = v + θ div p                                 the smoothness step, p the old dual vectors
    p' = (p + τ/θ ∇u') / (1 + τ/θ |∇u'|)             the dual step, for each component of u

∇ is the difference to the next pixel, 0 in the last column and row; div is minus its
adjoint, the difference to the pixel before, where p is 0 outside of the image.
"""

import math
from typing import no_type_check

import numpy as np
from jaxtyping import Float64
from numba import literally

from pipeline.flow.numba_tvl1.layout import (
    CONSTANT,
    G1,
    G2,
    INVERSE,
    MARGIN,
    NUM_FIELDS,
    P11,
    P12,
    P21,
    P22,
    U1,
    U2,
    Level,
    driver,
    first_pixel,
    kernel,
)
from pipeline.flow.numba_tvl1.settings import Settings

ONE = np.float32(1)


@kernel
@no_type_check
def update_flow_row(level: Level, y: int, settings: Settings, stride: int) -> np.float32:
    """Replace u by u' in row y. Returns the sum of |u' - u|²."""
    row = NUM_FIELDS * literally(stride)
    rows = level.state[y * row : (y + 2) * row]  # y - 1 and y
    limit, theta = settings.limit, settings.theta
    change = np.float32(0)
    for x in range(level.width):
        i = row + MARGIN + x
        g1 = rows[i + G1 * stride]
        g2 = rows[i + G2 * stride]
        u1 = rows[i + U1 * stride]
        u2 = rows[i + U2 * stride]
        residual = rows[i + CONSTANT * stride] + g1 * u1 + g2 * u2
        step = min(max(-residual * rows[i + INVERSE * stride], -limit), limit)
        divergence1 = (rows[i + P11 * stride] - rows[i + P11 * stride - 1]) + (
            rows[i + P12 * stride] - rows[i + P12 * stride - row]
        )
        divergence2 = (rows[i + P21 * stride] - rows[i + P21 * stride - 1]) + (
            rows[i + P22 * stride] - rows[i + P22 * stride - row]
        )
        change1 = step * g1 + theta * divergence1
        change2 = step * g2 + theta * divergence2
        rows[i + U1 * stride] = u1 + change1
        rows[i + U2 * stride] = u2 + change2
        change += change1 * change1 + change2 * change2
    return change


@kernel
@no_type_check
def update_dual_row(level: Level, y: int, settings: Settings, stride: int) -> None:
    """Replace p by p' in row y."""
    row = NUM_FIELDS * literally(stride)
    rows = level.state[(y + 1) * row : (y + 3) * row]  # y and y + 1
    rate = settings.rate
    for x in range(level.width):
        i = MARGIN + x
        u1 = rows[i + U1 * stride]
        u2 = rows[i + U2 * stride]
        u1x = rows[i + U1 * stride + 1] - u1
        u1y = rows[i + U1 * stride + row] - u1
        u2x = rows[i + U2 * stride + 1] - u2
        u2y = rows[i + U2 * stride + row] - u2
        shrink1 = ONE / (ONE + rate * math.sqrt(u1x * u1x + u1y * u1y))
        shrink2 = ONE / (ONE + rate * math.sqrt(u2x * u2x + u2y * u2y))
        rows[i + P11 * stride] = (rows[i + P11 * stride] + rate * u1x) * shrink1
        rows[i + P12 * stride] = (rows[i + P12 * stride] + rate * u1y) * shrink1
        rows[i + P21 * stride] = (rows[i + P21 * stride] + rate * u2x) * shrink2
        rows[i + P22 * stride] = (rows[i + P22 * stride] + rate * u2y) * shrink2


@driver
@no_type_check
def repeat_border(level: Level, y: int, stride: int) -> None:
    """Repeat the flow of row y to its right, and below the last row: its differences are 0."""
    row = NUM_FIELDS * stride
    for field in range(U1, U2 + 1):
        start = first_pixel(y, field, stride)
        level.state[start + level.width] = level.state[start + level.width - 1]
        if y == level.height - 1:
            for i in range(start, start + level.width):
                level.state[i + row] = level.state[i]


@driver
@no_type_check
def iterate(
    level: Level, settings: Settings, errors: Float64[np.ndarray, " iterations"], stride: int
) -> None:
    """Do as many iterations as ``errors`` is long; set it to the sum of |u' - u|² of each.

    One pass through memory does them all: the flow of row y needs the old dual vectors of rows
    y - 1 and y, those of row y - 1 need the new flow of rows y - 1 and y; so an iteration can
    follow one row behind the iteration before it.
    """
    errors[:] = 0
    for front in range(level.height + len(errors)):
        for number in range(len(errors)):
            y = front - number
            if 0 <= y < level.height:
                errors[number] += update_flow_row(level, y, settings, stride)
                repeat_border(level, y, stride)
            if 0 < y <= level.height:
                update_dual_row(level, y - 1, settings, stride)
