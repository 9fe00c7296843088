"""The backend on a real device; without one, test_cuda_shim.py and test_cuda_driver.py stand in."""

import dataclasses

import numpy as np
import pytest
from flow.cuda_shim.pictures import draw_pairs

from pipeline.flow import cuda_tvl1, numba_tvl1, torch_tvl1
from pipeline.flow.params import PRESETS
from pipeline.flow.quantize import count_clipped, quantize
from pipeline.flow.semantics import SEMANTICS

pytestmark = pytest.mark.gpu

QUICK = dataclasses.replace(PRESETS["wide"], num_warps=2, inner_iterations=7, outer_iterations=3)
semantics_of_both = pytest.mark.parametrize("semantics", SEMANTICS.values(), ids=SEMANTICS)


def mean_distance(a, b):
    return np.linalg.norm(a - b, axis=-1).mean()


def test_the_backend_is_present_where_torch_sees_a_device():
    assert cuda_tvl1.why_absent() is None


@semantics_of_both
@pytest.mark.parametrize("size", [(17, 31), (16, 16), (1, 1), (64, 86), (240, 320), (3, 200)])
def test_flow_agrees_with_numba(size, semantics):
    pairs = draw_pairs(1, 3, *size)
    flow = cuda_tvl1.compute(pairs, QUICK, semantics, 1)
    assert mean_distance(flow, numba_tvl1.compute(pairs, QUICK, semantics, 2)) < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("preset", PRESETS)
def test_flow_agrees_with_torch_on_the_device_over_a_whole_preset(preset):
    pairs, semantics = draw_pairs(2, 8, 240, 320), SEMANTICS["opencv_cuda"]
    flow = cuda_tvl1.compute(pairs, PRESETS[preset], semantics, 1)
    expected = torch_tvl1.compute(pairs, PRESETS[preset], semantics, 1)
    assert mean_distance(flow, expected) < 1e-3


@semantics_of_both
def test_a_batch_gives_what_its_pairs_give_alone_and_twice_the_same(semantics):
    """More pairs than a device has slots, in three sizes of work."""
    pairs = np.concatenate([draw_pairs(3, 7, 61, 99)] * 100)
    batch = cuda_tvl1.compute(pairs, QUICK, semantics, 1)
    np.testing.assert_array_equal(batch, cuda_tvl1.compute(pairs, QUICK, semantics, 1))
    alone = [cuda_tvl1.compute(pairs[k : k + 1], QUICK, semantics, 1)[0] for k in range(7)]
    np.testing.assert_array_equal(batch, np.concatenate([np.stack(alone)] * 100))


def test_the_levels_are_those_of_the_flow():
    pairs = draw_pairs(4, 5, 80, 120)
    flow = cuda_tvl1.compute(pairs, QUICK, SEMANTICS["opencv_cuda"], 1)
    levels, num_clipped = cuda_tvl1.compute_levels(pairs, QUICK, SEMANTICS["opencv_cuda"], 0.5)
    np.testing.assert_array_equal(levels, quantize(flow, 0.5))
    assert num_clipped.tolist() == [count_clipped(flow[k : k + 1], 0.5) for k in range(5)]


@semantics_of_both
def test_a_still_pair_has_zero_flow(semantics):
    still = draw_pairs(5, 1, 100, 131)
    assert not cuda_tvl1.compute(still, PRESETS["wide"], semantics, 1).any()
