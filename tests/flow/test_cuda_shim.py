"""The CUDA source on the CPU: g++ compiles the same text, and the same host code launches it."""

import ctypes
import dataclasses

import numpy as np
import pytest
from flow.cuda_shim.launcher import ShimLauncher, build_shim, why_absent
from flow.cuda_shim.pictures import draw_pairs

from pipeline.flow import numba_tvl1, torch_tvl1
from pipeline.flow.cuda_tvl1 import layout
from pipeline.flow.cuda_tvl1.layout import plan_pyramid
from pipeline.flow.cuda_tvl1.solve import solve
from pipeline.flow.cuda_tvl1.tiling import TILING, Tiling
from pipeline.flow.errors import FlowError
from pipeline.flow.params import PRESETS
from pipeline.flow.quantize import MIDDLE, count_clipped, quantize
from pipeline.flow.semantics import SEMANTICS

pytestmark = pytest.mark.skipif(why_absent() is not None, reason=str(why_absent()))

MEMORY = 1 << 30
SMALL = Tiling(
    columns=2, rows=2, warps=5, halo=3, blocks=1
)  # 64 x 10: several tiles in a small image
QUICK = dataclasses.replace(PRESETS["wide"], num_warps=2, inner_iterations=7, outer_iterations=3)
SIZES = [(17, 31), (16, 16), (1, 1), (64, 86), (3, 70), (40, 2)]
semantics_of_both = pytest.mark.parametrize("semantics", SEMANTICS.values(), ids=SEMANTICS)


@pytest.fixture(scope="session")
def shims(tmp_path_factory):
    return {
        tiling: build_shim(tmp_path_factory.mktemp("shim"), tiling, 5) for tiling in (TILING, SMALL)
    }


@pytest.fixture
def run(shims):
    """Return a function: pairs, numbers and semantics to what the solver gives of them."""

    def run_shim(
        pairs, tvl1, semantics, tiling=TILING, bound=None, slots=4, memory=MEMORY, is_reversed=False
    ):
        launcher = ShimLauncher(shims[tiling], slots // 2, memory, is_reversed=is_reversed)
        solved = solve(launcher, pairs, tvl1, semantics, tiling=tiling, bound_pixels=bound)
        launcher.check_guards()
        return solved

    return run_shim


def mean_distance(a, b):
    return np.linalg.norm(a - b, axis=-1).mean()


def test_the_structures_are_those_of_the_device_code(shims):
    shim = shims[TILING]
    assert shim.size_of_problem() == ctypes.sizeof(layout.Problem)
    assert shim.size_of_slot() == ctypes.sizeof(layout.Slot)
    assert shim.size_of_level() == ctypes.sizeof(layout.Level)
    assert shim.num_planes() == layout.NUM_PLANES


@semantics_of_both
@pytest.mark.parametrize("size", SIZES)
def test_flow_agrees_with_numba(run, size, semantics):
    pairs = draw_pairs(1, 3, *size)
    flow = run(pairs, QUICK, semantics).flow
    assert mean_distance(flow, numba_tvl1.compute(pairs, QUICK, semantics, 1)) < 1e-4


@pytest.mark.slow
@semantics_of_both
@pytest.mark.parametrize("preset", PRESETS)
def test_flow_agrees_with_numba_over_a_whole_preset(run, preset, semantics):
    """As near as rounding lets anyone come.

    Under ``opencv_cpu`` rounding can grow at the border, whose pixels leave the image, up to 0.01
    px in the mean over an image this small; so numba's own flow after a nudge is the measure.
    """
    tvl1, pairs = PRESETS[preset], draw_pairs(2, 2, 70, 131)
    nudged = dataclasses.replace(tvl1, theta=tvl1.theta * (1 + 1e-6))
    expected = numba_tvl1.compute(pairs, tvl1, semantics, 1)
    own_error = mean_distance(expected, numba_tvl1.compute(pairs, nudged, semantics, 1))
    flow = run(pairs, tvl1, semantics).flow
    assert mean_distance(flow, expected) < max(1e-4, 2 * own_error)


@semantics_of_both
@pytest.mark.parametrize("epsilon", [0.0, 0.003, 0.05])
def test_pairs_stop_where_numbas_do(run, epsilon, semantics):
    tvl1 = dataclasses.replace(QUICK, epsilon=epsilon, inner_iterations=20)
    pairs = draw_pairs(3, 3, 24, 37)
    flow = run(pairs, tvl1, semantics).flow
    assert mean_distance(flow, numba_tvl1.compute(pairs, tvl1, semantics, 1)) < 1e-4


@pytest.mark.parametrize("median_pixels", [1, 3])
def test_other_medians_are_compiled_or_left_out(tmp_path, median_pixels):
    tvl1 = dataclasses.replace(QUICK, median_pixels=median_pixels)
    shim = build_shim(tmp_path, TILING, median_pixels)
    pairs, semantics = draw_pairs(10, 2, 20, 31), SEMANTICS["opencv_cpu"]
    launcher = ShimLauncher(shim, 4, MEMORY, is_reversed=False)
    flow = solve(launcher, pairs, tvl1, semantics, tiling=TILING, bound_pixels=None).flow
    assert mean_distance(flow, torch_tvl1.compute(pairs, tvl1, semantics, 1)) < 1e-4


@semantics_of_both
@pytest.mark.parametrize("size", [(64, 130), (5, 97), (61, 3)])
def test_the_tiling_changes_no_bit(run, size, semantics):
    pairs = draw_pairs(4, 2, *size)
    small = run(pairs, QUICK, semantics, tiling=SMALL).flow
    np.testing.assert_array_equal(run(pairs, QUICK, semantics).flow, small)


def test_tiles_cover_images_of_every_size(run):
    """Above all those that end with a tile: one or two of ``SMALL``, and one of ``TILING``."""
    numbers = {"num_scales": 1, "num_warps": 1, "epsilon": 0.0, "inner_iterations": 4}
    one_level = dataclasses.replace(QUICK, outer_iterations=1, **numbers)
    widths = [end + beyond for end in (64, 96, 64 + 58) for beyond in range(-3, 4)]
    for width in widths:
        pairs = draw_pairs(width, 2, 4 + width % 19, width)
        small, whole = (
            run(pairs, one_level, SEMANTICS["opencv_cuda"], tiling=tiling).flow
            for tiling in (SMALL, TILING)
        )
        np.testing.assert_array_equal(small, whole, err_msg=str(pairs.shape))


@semantics_of_both
def test_a_batch_gives_what_its_pairs_give_alone(run, semantics):
    """Seven pairs of different lengths, in two slots, and three on the device at a time."""
    pairs = draw_pairs(5, 7, 20, 33)
    pyramid = plan_pyramid(20, 33, QUICK, TILING)
    of_slot = 4 * pyramid.floats_per_slot + 8 * pyramid.sums_per_slot + ctypes.sizeof(layout.Slot)
    memory = int((2 * of_slot + 3.5 * (20 * 33 * 10 + 4)) / 0.8)
    batch = run(pairs, QUICK, semantics, slots=2, memory=memory).flow
    alone = [run(pairs[k : k + 1], QUICK, semantics).flow[0] for k in range(len(pairs))]
    np.testing.assert_array_equal(batch, np.stack(alone))


@semantics_of_both
def test_the_order_of_blocks_and_warps_changes_no_bit(run, semantics):
    pairs = draw_pairs(6, 3, 30, 75)
    forwards = run(pairs, QUICK, semantics, tiling=SMALL).flow
    backwards = run(pairs, QUICK, semantics, tiling=SMALL, is_reversed=True).flow
    np.testing.assert_array_equal(forwards, backwards)


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_the_levels_are_those_of_the_flow(run, share):
    """With a bound that this share of the vectors keeps within, to the last bit."""
    pairs = draw_pairs(7, 4, 18, 50)
    flow = run(pairs, QUICK, SEMANTICS["opencv_cuda"]).flow
    bound = float(np.quantile(np.abs(flow).max(-1), share, method="nearest"))
    solved = run(pairs, QUICK, SEMANTICS["opencv_cuda"], bound=bound)
    np.testing.assert_array_equal(solved.flow, quantize(flow, bound))
    assert solved.num_clipped.tolist() == [count_clipped(flow[k : k + 1], bound) for k in range(4)]


@pytest.mark.parametrize("bound", [20.0, 15.0, 127.5])
def test_a_level_is_rounded_as_on_the_host(shims, bound):
    """At all ties, and the numbers next to them."""
    ties = (np.arange(-2, 258) + 0.5 - MIDDLE) * (bound / MIDDLE)
    near = [np.nextafter(ties, side, dtype=np.float32) for side in (-np.inf, np.inf)]
    pixels = np.stack([ties.astype(np.float32), *near]).ravel()
    levels = [shims[TILING].quantize_pixels(pixel, MIDDLE / bound) for pixel in pixels.tolist()]
    expected = quantize(pixels.reshape(1, 1, -1, 2), bound).ravel()
    np.testing.assert_array_equal(levels, expected)


@semantics_of_both
def test_a_still_pair_has_zero_flow(run, semantics):
    still = draw_pairs(8, 1, 33, 47)
    assert not run(still, QUICK, semantics).flow.any()
    assert (run(still, QUICK, semantics, bound=20.0).flow == 128).all()


def test_flow_that_is_not_finite_is_an_error(run):
    broken = dataclasses.replace(QUICK, tau=np.inf)
    with pytest.raises(FlowError, match=r"\d+ vectors of flow are not finite"):
        run(draw_pairs(9, 1, 16, 16), broken, SEMANTICS["opencv_cuda"], bound=20.0)


def test_a_device_that_holds_no_pair_is_an_error_that_says_how_much_is_missing(run):
    with pytest.raises(FlowError, match=r"a pair of 1000x800 needs \d+ MB, the device has 3 MB"):
        run(np.zeros((1, 2, 800, 1000), np.uint8), QUICK, SEMANTICS["opencv_cpu"], memory=4 << 20)
