import numpy as np
import pytest

from pipeline.flow.quantize import count_clipped, dequantize, quantize


def as_flow(values):
    return np.array(values, np.float32).reshape(1, 1, -1, 2)


@pytest.mark.parametrize("bound", [20.0, 15.0, 7.0, 0.1])
def test_no_motion_is_128(bound):
    assert (quantize(as_flow([0.0, 0.0]), bound) == 128).all()


def test_known_flow_has_the_levels_of_the_convention():
    levels = quantize(as_flow([-20, 20, -25, 25, 10, -10, 0.08, -0.08]), 20.0)
    assert levels.ravel().tolist() == [0, 255, 0, 255, 191, 64, 128, 127]


@pytest.mark.parametrize("bound", [20.0, 3.0])
def test_flow_within_the_bound_comes_back_within_half_a_step(bound):
    flow = np.random.default_rng(0).uniform(-bound, bound, (2, 5, 7, 2)).astype(np.float32)
    error = np.abs(dequantize(quantize(flow, bound), bound) - flow)
    assert error.max() <= bound / 255 * 1.0001


def test_every_level_comes_back_as_itself():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 8, 16, 2)
    np.testing.assert_array_equal(quantize(dequantize(levels, 20.0), 20.0), levels)


def test_a_vector_is_clipped_once_whichever_component_is_too_long():
    assert count_clipped(as_flow([21, 0, 0, -21, 30, 30, 20, -20]), 20.0) == 3
