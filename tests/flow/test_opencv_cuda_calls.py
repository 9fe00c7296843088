"""OpenCV with CUDA is on no machine of ours: a stand-in checks how its functions are called."""

import types

import cv2
import numpy as np
import pytest

from pipeline.flow import opencv_cuda
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS


class GpuMat:
    def upload(self, array, stream):
        assert isinstance(stream, Stream)
        assert array.flags["C_CONTIGUOUS"]
        self.array = array.copy()

    def download(self, stream):
        stream.pending.append(self.array)
        return self.array


class Stream:
    made: list["Stream"] = []  # noqa: RUF012

    def __init__(self):
        self.pending = []
        self.made.append(self)

    def waitForCompletion(self):  # noqa: N802
        self.pending.clear()


class Solver:
    made: list[dict] = []  # noqa: RUF012

    @classmethod
    def create(cls, **numbers):
        cls.made.append(numbers)
        return cls()

    def calc(self, before, after, flow, stream):
        assert isinstance(stream, Stream)
        difference = after.array.astype(np.float32) - before.array
        flow.array = np.dstack([difference, -difference])
        return flow


@pytest.fixture
def cuda(monkeypatch):
    Solver.made, Stream.made = [], []
    functions = types.SimpleNamespace(
        GpuMat=GpuMat, Stream=Stream, getCudaEnabledDeviceCount=lambda: 1
    )
    monkeypatch.setattr(cv2, "cuda", functions)
    monkeypatch.setattr(cv2, "cuda_OpticalFlowDual_TVL1", Solver, raising=False)


@pytest.mark.usefixtures("cuda")
def test_each_pair_is_solved_on_an_explicit_stream_that_is_waited_for():
    pairs = np.random.default_rng(0).integers(0, 255, (3, 2, 4, 5), dtype=np.uint8)
    flow = opencv_cuda.compute(pairs, PRESETS["opencv"], SEMANTICS["opencv_cuda"], 1)
    np.testing.assert_array_equal(flow[..., 0], pairs[:, 1].astype(np.float32) - pairs[:, 0])
    assert [stream.pending for stream in Stream.made] == [[]]


@pytest.mark.usefixtures("cuda")
def test_each_pair_has_a_solver_of_its_own_with_cudas_one_loop_of_300():
    pairs = np.zeros((2, 2, 4, 5), np.uint8)
    opencv_cuda.compute(pairs, PRESETS["opencv"], SEMANTICS["opencv_cuda"], 1)
    assert [numbers["iterations"] for numbers in Solver.made] == [300, 300]
    assert Solver.made[0]["nscales"] == 5


def test_without_a_cuda_build_the_reason_is_given():
    if hasattr(cv2, "cuda_OpticalFlowDual_TVL1"):
        pytest.skip("this OpenCV was built with CUDA")
    assert "built without CUDA" in opencv_cuda.why_absent()
