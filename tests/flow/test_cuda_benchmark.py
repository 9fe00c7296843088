"""The GPU benchmark's parts that need no GPU."""

import dataclasses

import numpy as np
import pytest
from flow.cuda_shim.launcher import ShimLauncher, build_shim, why_absent
from flow.cuda_shim.pictures import draw_pairs

from benchmarks.flow_gpu import __main__ as command
from benchmarks.flow_gpu.scenes import draw_scenes
from benchmarks.flow_gpu.trace import Clock, Trace, count_strips
from pipeline.flow import cuda_tvl1, numba_tvl1
from pipeline.flow.cuda_tvl1.layout import plan_pyramid
from pipeline.flow.cuda_tvl1.solve import solve
from pipeline.flow.cuda_tvl1.tiling import TILING, Tiling
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS

needs_shim = pytest.mark.skipif(why_absent() is not None, reason=str(why_absent()))


def test_without_a_device_one_line_says_so_and_the_command_fails(monkeypatch, capsys):
    monkeypatch.setattr(cuda_tvl1, "why_absent", lambda: "no CUDA device")
    monkeypatch.setattr("sys.argv", ["flow_gpu"])
    assert command.main() == 1
    assert capsys.readouterr().err == "no GPU to measure: no CUDA device\n"


def test_the_scenes_move_as_they_say():
    scenes = draw_scenes(2, 60, 80, 2.0, seed=0)
    flow = numba_tvl1.compute(scenes.pairs, PRESETS["wide"], SEMANTICS["opencv_cuda"], 1)
    inside = np.s_[:, 10:-10, 10:-10]
    error = np.linalg.norm(flow[inside] - scenes.motion[inside], axis=-1).mean()
    assert error < 0.1 < np.linalg.norm(scenes.motion, axis=-1).mean()


@needs_shim
def test_the_work_is_counted_as_it_was_done(tmp_path):
    shim = build_shim(tmp_path, TILING, 5)
    pairs = draw_pairs(1, 3, 40, 70)
    for semantics in SEMANTICS.values():
        work = {}
        for epsilon in (0.0, 0.05):
            tvl1 = dataclasses.replace(
                PRESETS["wide"], num_warps=2, inner_iterations=8, outer_iterations=2
            )
            tvl1 = dataclasses.replace(tvl1, epsilon=epsilon)
            pyramid = plan_pyramid(40, 70, tvl1, TILING)
            launcher = ShimLauncher(shim, 1, 1 << 30, is_reversed=False)
            clock = Clock(Trace(launcher, pyramid, TILING))
            solve(clock, pairs[1:], tvl1, semantics, tiling=TILING, bound_pixels=None)
            work[epsilon] = clock.launcher
            assert clock.seconds > 0
        assert work[0.0].pixel_iterations == 2 * pyramid.num_pixels * 2 * 16
        assert work[0.0].repeated == 0
        assert work[0.05].pixel_iterations < work[0.0].pixel_iterations
        assert (work[0.05].repeated > 0) == semantics.checks_every_iteration


@pytest.mark.parametrize(("run", "strips"), [(1, 10), (2, 21), (6, 69)])
def test_strips_that_the_tiles_own_rows_do_not_need_are_left_out(run, strips):
    assert count_strips(run, Tiling(columns=3, rows=5, warps=12, halo=6, blocks=1)) == strips
