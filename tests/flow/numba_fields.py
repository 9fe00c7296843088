"""Fields of a compiled level as arrays, and its steps, compiled for one stride."""

import numpy as np

from pipeline.flow.numba_tvl1 import iterate as steps
from pipeline.flow.numba_tvl1 import median, stop, warp
from pipeline.flow.numba_tvl1.cache import keep_on_disk
from pipeline.flow.numba_tvl1.layout import (
    G1,
    G2,
    INVERSE,
    P11,
    P12,
    P21,
    P22,
    U1,
    U2,
    Level,
    driver,
    first_pixel,
    make_level,
    row_stride,
)
from pipeline.flow.numba_tvl1.settings import Settings, make_settings
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS

STRIDE = row_stride(1)
FLOW, DUAL, GRADIENT = [U1, U2], [[P11, P12], [P21, P22]], [G1, G2]
SIZES = [(1, 1), (1, 9), (7, 1), (2, 3), (17, 31), (40, 53)]


def settings(semantics: str = "opencv_cpu") -> Settings:
    return make_settings(PRESETS["opencv"], SEMANTICS[semantics])


def draw_fields(height, width):
    """Draw a level in the middle of its iterations; |p| is at most 1, in the last row and column 0
    where it points out of the image."""
    rng = np.random.default_rng(height * 100 + width)
    fields = {field: rng.normal(size=(height, width)).astype(np.float32) for field in range(10)}
    for across, down in DUAL:
        length = np.maximum(1, np.hypot(fields[across], fields[down]))
        fields[across] /= length
        fields[down] /= length
        fields[across][:, -1] = 0
        fields[down][-1] = 0
    fields[G1] *= 20
    fields[G2] *= 20
    fields[G1][0], fields[G2][0] = 0, 0  # an even row
    eps = np.finfo(np.float32).eps
    fields[INVERSE] = 1 / np.maximum(fields[G1] ** 2 + fields[G2] ** 2, eps)
    return fields


def level_of(fields: dict[int, np.ndarray]) -> Level:
    """Make a level with these fields (H, W), the others 0."""
    height, width = next(iter(fields.values())).shape
    level = make_level(width, height, STRIDE)
    for field, values in fields.items():
        view(level, field)[:] = values
    return level


def view(level: Level, field: int) -> np.ndarray:
    """Return a field of a level as an array (H, W) that shares its memory."""
    start = first_pixel(0, field, STRIDE)
    rows = level.state[start:]
    row = first_pixel(1, field, STRIDE) - start
    return np.lib.stride_tricks.as_strided(
        rows, (level.height, level.width), (row * rows.itemsize, rows.itemsize)
    )


@keep_on_disk
@driver
def iterate(level, numbers, errors):
    steps.iterate(level, numbers, errors, STRIDE)


@keep_on_disk
@driver
def median_filter(level, field):
    median.median_filter(level, field, STRIDE)


@keep_on_disk
@driver
def linearise(before, after, level, numbers):
    packed = warp.pack(after, numbers.is_border_zero, STRIDE)
    warp.warp(before, packed, level, numbers, STRIDE)


@keep_on_disk
@driver
def iterate_checking_each(level, numbers):
    stop.iterate_checking_each(level, numbers, STRIDE)


@keep_on_disk
@driver
def iterate_checking_rarely(level, numbers):
    stop.iterate_checking_rarely(level, numbers, STRIDE)
