import cv2
import numpy as np
import pytest

from pipeline.flow.levels import level_sizes
from pipeline.flow.numba_tvl1.compiled import resize
from pipeline.flow.params import PRESETS

SIZES = [(240, 320), (17, 31), (16, 300), (37, 20)]


def draw(height, width):
    return np.random.default_rng(width).uniform(0, 255, (height, width)).astype(np.float32)


def resized(image, size, steps, is_centre_aligned):
    out = np.full(size, np.nan, np.float32)
    resize(image, steps, is_centre_aligned, out)
    return out


@pytest.mark.parametrize("scale", [0.8, 0.5])
@pytest.mark.parametrize("size", SIZES)
def test_a_level_is_opencvs(size, scale):
    image = draw(*size)
    wanted = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    found = resized(image, wanted.shape, (1 / scale, 1 / scale), is_centre_aligned=True)
    np.testing.assert_allclose(found, wanted, atol=0.01)


@pytest.mark.parametrize("scale", [0.8, 0.5])
@pytest.mark.parametrize("size", SIZES)
def test_flow_is_enlarged_as_by_opencv(size, scale):
    image = draw(round(size[0] * scale), round(size[1] * scale))
    wanted = cv2.resize(image, size[::-1], interpolation=cv2.INTER_LINEAR)
    steps = (image.shape[0] / size[0], image.shape[1] / size[1])
    np.testing.assert_allclose(resized(image, size, steps, True), wanted, atol=0.01)


@pytest.mark.parametrize(("size", "step"), [((14, 25), 1.25), ((9, 16), 2.0), ((30, 50), 0.6)])
def test_the_first_pixels_may_lie_on_each_other(size, step):
    image = draw(17, 31)
    rows = (np.arange(size[0]) * step).clip(0, 16)
    columns = (np.arange(size[1]) * step).clip(0, 30)
    wanted = np.array([np.interp(columns, np.arange(31), line) for line in image])
    wanted = np.array([np.interp(rows, np.arange(17), line) for line in wanted.T]).T
    found = resized(image, size, (step, step), is_centre_aligned=False)
    np.testing.assert_allclose(found, wanted, atol=1e-3)


def test_an_image_as_large_as_before_is_the_same():
    image = draw(17, 31)
    for is_centre_aligned in (True, False):
        np.testing.assert_array_equal(resized(image, (17, 31), (1, 1), is_centre_aligned), image)


@pytest.mark.parametrize(
    ("size", "preset", "wanted"),
    [
        ((240, 320), "opencv", [(240, 320), (192, 256), (154, 205), (123, 164), (98, 131)]),
        ((240, 320), "wide", [(240, 320), (120, 160), (60, 80), (30, 40)]),
        ((20, 300), "opencv", [(20, 300), (16, 240)]),
        ((5, 300), "opencv", [(5, 300)]),
        ((1, 1), "wide", [(1, 1)]),
    ],
)
def test_levels_end_below_16_pixels(size, preset, wanted):
    assert level_sizes(*size, PRESETS[preset]) == wanted
