"""The readable reference as a whole: against cv2.optflow, and as a backend."""

import dataclasses

import numpy as np
import pytest
import torch

from pipeline.flow import opencv_cpu, torch_tvl1
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS
from pipeline.flow.torch_tvl1 import backend, iterate, warp
from pipeline.flow.torch_tvl1.iterate import data_step
from pipeline.flow.torch_tvl1.solve import solve

TVL1 = PRESETS["opencv"]
CPU, CUDA = SEMANTICS["opencv_cpu"], SEMANTICS["opencv_cuda"]


def as_batch(pairs):
    return torch.from_numpy(np.asarray(pairs, np.float32))


def distances(a, b):
    return np.linalg.norm(np.asarray(a) - np.asarray(b), axis=-1)


@pytest.mark.parametrize(("preset", "shift"), [("opencv", (2, -1)), ("wide", (-4, 2))])
def test_the_cpu_semantics_are_those_of_cv2_optflow(view, preset, shift):
    pairs = np.stack([view(0, 0), view(*shift)])[None]
    ours = torch_tvl1.compute(pairs, PRESETS[preset], CPU, 1)
    theirs = opencv_cpu.compute(pairs, PRESETS[preset], CPU, 1)
    assert distances(ours, theirs).mean() < 0.05


@pytest.mark.parametrize("size", [(3, 3), (17, 31), (40, 53)])
def test_nothing_but_opencvs_rounding_of_positions_sets_them_apart(size, view, monkeypatch):
    """OpenCV 4 rounds the warp's positions to 1/32 pixel; so rounded, all of ours is the same."""
    taps = warp._taps
    monkeypatch.setattr(warp, "_taps", lambda place, *rest: taps((32 * place).round() / 32, *rest))
    rows, columns = map(slice, size)
    pairs = np.stack([view(0, 0), view(1, 1)])[None, :, rows, columns]
    ours = torch_tvl1.compute(pairs, TVL1, CPU, 1)
    assert distances(ours, opencv_cpu.compute(pairs, TVL1, CPU, 1)).mean() < 1e-3


@pytest.mark.parametrize(
    ("changes", "bound"),
    [
        # no warp at a fraction of a pixel yet: only rounding differs
        ({"num_warps": 1, "inner_iterations": 1, "median_pixels": 1}, 1e-6),
        ({"num_warps": 1, "inner_iterations": 30, "median_pixels": 1}, 1e-5),
        ({"num_warps": 1, "inner_iterations": 15, "outer_iterations": 2}, 1e-5),
        # OpenCV 4 rounds the warp's positions to 1/32 pixel
        ({"num_warps": 2, "inner_iterations": 30}, 2e-2),
    ],
)
def test_few_iterations_give_opencvs_numbers(view, changes, bound):
    few = {"num_scales": 1, "epsilon": 0.0, "outer_iterations": 1}
    tvl1 = dataclasses.replace(TVL1, **few | changes)
    pairs = np.stack([view(0, 0), view(1, -1)])[None]
    ours = torch_tvl1.compute(pairs, tvl1, CPU, 1)
    theirs = opencv_cpu.compute(pairs, tvl1, CPU, 1)
    assert np.abs(theirs).max() > 0.01
    assert distances(ours, theirs).mean() < bound


def test_the_two_semantics_differ(view):
    pairs = np.stack([view(0, 0), view(3, -2)])[None]
    tvl1 = dataclasses.replace(TVL1, num_warps=2, outer_iterations=2)
    cpu, cuda = (torch_tvl1.compute(pairs, tvl1, semantics, 1) for semantics in (CPU, CUDA))
    assert 1e-3 < distances(cpu, cuda).mean() < 0.3


def test_torchs_own_number_of_threads_is_as_before(view):
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    torch_tvl1.compute(np.stack([view(0, 0), view(0, 0)])[None], TVL1, CPU, 2)
    assert torch.get_num_threads() == 3
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("num_pairs", "height", "lengths"), [(7, 10, [3, 3, 1]), (2, 100, [1, 1]), (0, 10, [])]
)
def test_a_batch_is_cut_into_parts_that_fit(num_pairs, height, lengths):
    parts = backend._parts((num_pairs, 2, height, 30), 1000)
    assert [len(range(num_pairs)[part]) for part in parts] == lengths


@pytest.mark.parametrize("threads", [1, 2])
def test_a_batch_in_parts_gives_the_bits_of_a_batch_in_one(view, threads, monkeypatch):
    pairs = np.array([[view(0, 0), view(k % 3, -1)] for k in range(5)])
    tvl1 = dataclasses.replace(TVL1, num_scales=2, num_warps=1)
    whole = torch_tvl1.compute(pairs, tvl1, CPU, 1)
    monkeypatch.setattr(backend, "PIXELS_AT_A_TIME", {"cpu": 2 * 48 * 64, "cuda": 2 * 48 * 64})
    assert torch_tvl1.compute(pairs, tvl1, CPU, threads).tobytes() == whole.tobytes()


@pytest.mark.gpu
@pytest.mark.parametrize("semantics", SEMANTICS.values(), ids=SEMANTICS)
def test_a_gpu_gives_the_flow_of_the_cpu(view, semantics):
    pairs = as_batch([[view(0, 0), view(2, -1)], [view(0, 0), view(0, 0)]])
    with backend._one_thread_each():
        on_cpu = solve(pairs, TVL1, semantics)
    on_gpu = solve(pairs.cuda(), TVL1, semantics).cpu()
    # the same IEEE operations in the same order
    torch.testing.assert_close(on_gpu, on_cpu, rtol=0, atol=1e-4)


def test_a_pair_that_has_stopped_costs_nothing_more(view, monkeypatch):
    sizes = []

    def watched(residual, flow, tvl1):
        sizes.append(len(flow))
        return data_step(residual, flow, tvl1)

    monkeypatch.setattr(iterate, "data_step", watched)
    pairs = np.array([[view(0, 0), view(0, 0)], [view(0, 0), view(2, 1)]])
    torch_tvl1.compute(pairs, dataclasses.replace(TVL1, num_scales=1, num_warps=1), CPU, 1)
    assert sizes[0] == 2
    assert set(sizes[1:]) == {1}
