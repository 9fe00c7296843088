import cv2
import numpy as np
import pytest
from flow.numba_fields import SIZES, level_of, median_filter, view

from pipeline.flow.numba_tvl1.layout import U1, U2


def draw(kind, height, width):
    rng = np.random.default_rng(height * 100 + width)
    if kind == "bits":
        return rng.integers(0, 2, (height, width)).astype(np.float32)
    if kind == "ties":
        return rng.integers(-3, 3, (height, width)).astype(np.float32)
    return rng.normal(size=(height, width)).astype(np.float32) * 10


@pytest.mark.parametrize("kind", ["noise", "ties", "bits"])
@pytest.mark.parametrize(("height", "width"), [*SIZES, (240, 320)])
def test_the_median_is_opencvs_bit_for_bit(kind, height, width):
    flow = {U1: draw(kind, height, width), U2: draw("noise", height, width)}
    level = level_of(flow)
    median_filter(level, U1)
    np.testing.assert_array_equal(view(level, U1), cv2.medianBlur(flow[U1], 5))
    np.testing.assert_array_equal(view(level, U2), flow[U2])
