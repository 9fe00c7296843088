import numpy as np
import pytest
from flow.numba_fields import SIZES, level_of, linearise, settings, view

from pipeline.flow.numba_tvl1.layout import CONSTANT, G1, G2, INVERSE, U1, U2
from pipeline.flow.semantics import SEMANTICS


def keys_kernel(distance, a):
    """Keys' kernel over the distance to a pixel (IEEE TASSP 1981, eq. 15)."""
    d = np.abs(distance)
    near = (a + 2) * d**3 - (a + 3) * d**2 + 1
    far = a * (d**3 - 5 * d**2 + 8 * d - 4)
    return np.where(d <= 1, near, np.where(d < 2, far, 0))


def warp_plainly(image, flow, semantics):
    """Sample at x + u in float64, tap by tap."""
    height, width = image.shape
    rows, columns = np.mgrid[:height, :width]
    x, y = columns + flow[0].astype(np.float64), rows + flow[1].astype(np.float64)
    total, weights = np.zeros(image.shape), np.zeros(image.shape)
    for j in range(-1, 3):
        for i in range(-1, 3):
            column, row = np.floor(x).astype(int) + i, np.floor(y).astype(int) + j
            weight = keys_kernel(x - column, semantics.cubic_a)
            weight = weight * keys_kernel(y - row, semantics.cubic_a)
            value = image[row.clip(0, height - 1), column.clip(0, width - 1)]
            if semantics.is_border_zero:
                inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
                value = np.where(inside, value, 0)
            total += weight * value
            weights += weight
    return total if semantics.is_border_zero else total / weights


def gradient_of(image):
    padded = np.pad(image, 1, mode="edge")
    return (
        (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2,
        (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2,
    )


def linearised(before, after, flow, semantics):
    level = level_of({U1: flow[0], U2: flow[1]})
    linearise(before, after, level, settings(semantics.name))
    return level


@pytest.mark.parametrize("semantics", SEMANTICS.values(), ids=SEMANTICS)
@pytest.mark.parametrize("reach", [0.3, 3, 40])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_warp_is_keys_interpolation(semantics, reach, height, width):
    rng = np.random.default_rng(width)
    before, after = rng.uniform(0, 255, (2, height, width)).astype(np.float32)
    flow = rng.uniform(-reach, reach, (2, height, width)).astype(np.float32)
    flow[:, 0] = np.round(flow[:, 0])
    level = linearised(before, after, flow, semantics)
    images = (after, *gradient_of(after))
    image, g1, g2 = (warp_plainly(values, flow, semantics) for values in images)
    np.testing.assert_allclose(view(level, G1), g1, atol=2e-3)
    np.testing.assert_allclose(view(level, G2), g2, atol=2e-3)
    constant = image - g1 * flow[0] - g2 * flow[1] - before
    np.testing.assert_allclose(view(level, CONSTANT), constant, atol=3e-3 * (1 + reach))
    norm = view(level, G1) ** 2 + view(level, G2) ** 2
    np.testing.assert_allclose(
        view(level, INVERSE), 1 / np.maximum(norm, np.finfo(np.float32).eps), rtol=1e-5
    )


@pytest.mark.parametrize("semantics", SEMANTICS.values(), ids=SEMANTICS)
def test_a_still_pair_has_exactly_no_residual(semantics):
    image = np.random.default_rng(0).uniform(0, 255, (17, 31)).astype(np.float32)
    level = linearised(image, image, np.zeros((2, 17, 31), np.float32), semantics)
    assert not view(level, CONSTANT).any()


@pytest.mark.parametrize("semantics", SEMANTICS.values(), ids=SEMANTICS)
@pytest.mark.parametrize("far", [3.0, 1e6])
def test_beyond_the_image_lies_what_the_semantics_say(semantics, far):
    image = np.random.default_rng(0).uniform(9, 255, (6, 5)).astype(np.float32)
    zeros = np.zeros_like(image)
    level = linearised(zeros, image, np.stack([zeros - 5 - far, zeros]), semantics)
    g1, constant = view(level, G1), view(level, CONSTANT)
    if semantics.is_border_zero:
        assert not constant.any()
    else:
        seen = constant - g1 * (5 + far)
        np.testing.assert_allclose(seen[:, 0], image[:, 0], rtol=0.1)
