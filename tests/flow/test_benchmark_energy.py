import cv2
import numpy as np
import pytest

from benchmarks.flow.energy import measure_energy, variation
from benchmarks.flow.sampling import keys_weights, pixel_grid, sample_bicubic

LAMBDA = 0.15


def ramp(slope: int, height: int, width: int) -> np.ndarray:
    return np.broadcast_to(slope * np.arange(width, dtype=np.uint8), (height, width))


def test_bicubic_sampling_is_opencvs_cubic_resize():
    image = np.random.default_rng(0).random((9, 13)).astype(np.float32)
    enlarged = cv2.resize(image, (39, 27), interpolation=cv2.INTER_CUBIC)
    points = (pixel_grid(27, 39) + 0.5) / 3 - 0.5
    np.testing.assert_allclose(sample_bicubic(image, points, -0.75), enlarged, atol=1e-5)


@pytest.mark.parametrize("cubic_a", [-0.5, -0.75])
def test_on_a_pixel_sampling_gives_that_pixel(cubic_a):
    image = np.random.default_rng(0).random((5, 7)).astype(np.float32)
    np.testing.assert_array_equal(sample_bicubic(image, pixel_grid(5, 7), cubic_a), image)
    fraction = np.linspace(0, 1, 11, dtype=np.float32)
    np.testing.assert_allclose(keys_weights(fraction, cubic_a).sum(axis=-1), 1, atol=1e-6)


def test_a_still_pair_at_rest_has_no_energy():
    still = np.random.default_rng(0).integers(0, 255, (6, 8), dtype=np.uint8)
    assert measure_energy(np.stack([still, still]), np.zeros((6, 8, 2), np.float32), LAMBDA) == 0


def test_the_data_term_is_lambda_times_the_difference_of_greys():
    pair = np.stack([ramp(5, 6, 8), ramp(5, 6, 8) + np.uint8(20)])
    energy = measure_energy(pair, np.zeros((6, 8, 2), np.float32), LAMBDA)
    assert energy == pytest.approx(20 * LAMBDA)


def test_the_true_shift_pays_at_the_border_alone():
    pair = np.stack([ramp(5, 6, 8), np.maximum(ramp(5, 6, 8), 10) - np.uint8(10)])  # 2 px right
    shift = np.broadcast_to(np.float32([2, 0]), (6, 8, 2))
    # The last two columns look beyond the image, at a value 5 and 10 greys below theirs.
    assert measure_energy(pair, shift, LAMBDA) == pytest.approx(LAMBDA * (5 + 10) / 8, rel=1e-5)


def test_the_smoothness_term_is_the_length_of_each_components_gradient():
    points = pixel_grid(6, 8).astype(np.float32)
    slope = 3 * points[..., 0] + 4 * points[..., 1]
    inner = variation(slope)[:-1, :-1]
    np.testing.assert_allclose(inner, 5)
    even = np.full((2, 6, 8), 90, np.uint8)
    flow = np.stack([slope, np.zeros_like(slope)], axis=-1)
    expected = (35 * 5 + 5 * 4 + 7 * 3) / 48  # inside, last column, last row
    assert measure_energy(even, flow, LAMBDA) == pytest.approx(expected, rel=1e-6)
