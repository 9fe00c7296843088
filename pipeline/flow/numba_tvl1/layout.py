"""Where each number of a pyramid level lies in memory, and how its code is compiled.

Everything that an iteration touches is one float32 buffer: row after row, and within a row field
after field. An iteration then walks through memory once, and what it needs is near. The distance
between two fields, ``stride``, is known when the code is compiled (``numba.literally``): only then
can LLVM tell that fields do not overlap, and compute 16 pixels at a time.

A row above and one below the image, and a cache line to the left of each row, exist beside it, so
that no pixel of the image is a special case.
"""

from typing import NamedTuple, no_type_check

import numpy as np
from jaxtyping import Float32
from numba import njit

P11, P21, P12, P22, U1, U2, G1, G2, CONSTANT, INVERSE = range(10)
"""The fields: dual vectors (p11, p12) of u1 and (p21, p22) of u2; the flow (u1, u2); the warped
gradient g, the constant part of the residual, and 1 / |g|². What the dual step writes lies before
what it reads: otherwise LLVM expects to read soon what it has just written, and halves vectors."""
NUM_FIELDS = 10
MARGIN = 16
"""Floats before x = 0: one cache line, so that rows of the image start with one."""
SMALLEST_ROOM = 384

driver = njit(nogil=True, error_model="numpy")
"""Compile a function that calls others, or must round as written."""
kernel = njit(
    nogil=True,
    error_model="numpy",
    fastmath={"contract", "reassoc", "arcp", "nsz", "nnan", "ninf"},
)
"""Compile a loop over a row whose sums may be reordered, products fused and quotients replaced by
products with the reciprocal. Neither infinity nor not-a-number ever arises here.

``no_type_check`` stands at every compiled function: numba cannot compile a checked one.
"""


class Level(NamedTuple):
    """One pyramid level; numba compiles named tuples, but no dataclasses.

    Args:
        state: the fields, as ``first_pixel`` finds them.
        width: of the image, in pixels.
        height: of the image, in pixels.
    """

    state: Float32[np.ndarray, " floats"]
    width: int
    height: int


def row_stride(width: int) -> int:
    """Return the distance in floats between fields, for images of so many pixels a row.

    Few strides serve all widths, since each is compiled by itself: 400, 784, 1552, ... An odd
    number of cache lines, so that the fields of a pixel do not compete for one place in a cache.
    """
    room = SMALLEST_ROOM
    while room < width + 1:  # the pixel to the right of the last one
        room *= 2
    return room + MARGIN


@driver
@no_type_check
def make_level(width: int, height: int, stride: int) -> Level:
    """Return a level with 0 everywhere; its rows start with a cache line, which is 15 % faster."""
    num_floats = (height + 2) * NUM_FIELDS * stride
    room = np.zeros(num_floats + MARGIN, np.float32)
    start = (-room.ctypes.data // 4) % MARGIN
    return Level(room[start : start + num_floats], width, height)


@driver
@no_type_check
def first_pixel(y: int, field: int, stride: int) -> int:
    """Return where pixel (x=0, y) of a field lies; y may be -1 or the height."""
    return ((y + 1) * NUM_FIELDS + field) * stride + MARGIN


@driver
@no_type_check
def set_flow(level: Level, flow: Float32[np.ndarray, "2 height width"], stride: int) -> None:
    for component in range(2):
        for y in range(level.height):
            start = first_pixel(y, U1 + component, stride)
            for x in range(level.width):
                level.state[start + x] = flow[component, y, x]


@driver
@no_type_check
def get_flow(level: Level, flow: Float32[np.ndarray, "2 height width"], stride: int) -> None:
    for component in range(2):
        for y in range(level.height):
            start = first_pixel(y, U1 + component, stride)
            for x in range(level.width):
                flow[component, y, x] = level.state[start + x]
