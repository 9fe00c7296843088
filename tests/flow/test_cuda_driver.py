"""The whole backend without a GPU: a stand-in for ``libcuda.so.1`` runs the kernels on the CPU.

It stands behind the real ``cuda.bindings``, which load it in processes of their own.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from flow.cuda_shim.launcher import ShimLauncher, build_library, build_shim, why_absent
from flow.cuda_shim.pictures import draw_pairs

from pipeline.flow.cuda_tvl1 import backend
from pipeline.flow.cuda_tvl1.solve import solve
from pipeline.flow.cuda_tvl1.tiling import TILING
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS

pytest.importorskip("cuda.bindings.driver", reason="cuda-bindings is not installed")
pytestmark = pytest.mark.skipif(why_absent() is not None, reason=str(why_absent()))

REPOSITORY = Path(__file__).resolve().parents[2]
BOUND = 0.5
SAY_WHY = "from pipeline.flow import cuda_tvl1; print(cuda_tvl1.why_absent())"
COMPUTE = f"""
import numpy as np
from pipeline.flow import cuda_tvl1
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS

pairs, preset, semantics = np.load("pairs.npy"), PRESETS["wide"], SEMANTICS["opencv_cuda"]
flow = cuda_tvl1.compute(pairs, preset, semantics, 1)
levels, num_clipped = cuda_tvl1.compute_levels(pairs, preset, semantics, {BOUND})
none = cuda_tvl1.compute(pairs[:0], preset, semantics, 1)
np.savez("result.npz", flow=flow, levels=levels, num_clipped=num_clipped, none=none)
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return build_library(
        tmp_path_factory.mktemp("driver"), "fake_driver.cpp", "libcuda.so.1", TILING, 5
    )


@pytest.fixture
def run(library, tmp_path):
    """Return a function that runs code in a process with the stand-in, and returns its output."""

    def run_python(code, **settings):
        environment = os.environ | settings
        environment |= {"LD_LIBRARY_PATH": str(library.parent), "HOME": str(tmp_path)}
        environment["PYTHONPATH"] = str(REPOSITORY)
        command = [sys.executable, "-W", "error", "-c", code]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run_python


@pytest.mark.slow
def test_the_backend_gives_what_the_solver_gives(run, tmp_path, tmp_path_factory):
    pairs = draw_pairs(1, 5, 21, 38)
    np.save(tmp_path / "pairs.npy", pairs)
    assert run(SAY_WHY) == "None"
    run(COMPUTE)
    result = np.load(tmp_path / "result.npz")
    shim = build_shim(tmp_path_factory.mktemp("shim"), TILING, 5)
    for bound, name in ((None, "flow"), (BOUND, "levels")):
        launcher = ShimLauncher(shim, 2, 1 << 30, is_reversed=False)
        expected = solve(
            launcher,
            pairs,
            PRESETS["wide"],
            SEMANTICS["opencv_cuda"],
            tiling=TILING,
            bound_pixels=bound,
        )
        np.testing.assert_array_equal(result[name], expected.flow)
    np.testing.assert_array_equal(result["num_clipped"], expected.num_clipped)
    assert result["none"].shape == (0, 21, 38, 2)
    assert len(list((tmp_path / ".cache/fixate/cuda").glob("tvl1-sm_90-*.bin"))) == 1


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"FAKE_DEVICES": "0"}, "CUDA_ERROR_NO_DEVICE"),
        ({"FAKE_CAPABILITY": "61"}, "the device has compute capability 6.1, 7.0 is needed"),
        ({"FAKE_CAPABILITY": "200"}, "None"),  # PTX will do
    ],
)
def test_what_a_device_lacks_is_said(run, settings, reason):
    assert reason in run(SAY_WHY, **settings)


def test_a_missing_package_is_said(run):
    hidden = "import sys; sys.modules['cuda'] = None\n"
    assert "cuda-bindings is not installed" in run(hidden + SAY_WHY)


def test_a_missing_compiler_is_said(run):
    hidden = """
from cuda.bindings import nvrtc
def nvrtcVersion(): raise RuntimeError("Failed to find libnvrtc")
nvrtc.nvrtcVersion = nvrtcVersion
"""
    assert "libnvrtc" in run(hidden + SAY_WHY)


def test_without_a_driver_the_reason_is_given(monkeypatch):
    monkeypatch.setattr(backend, "DRIVER_LIBRARY", "libno-such-driver.so.1")
    assert backend.why_absent() == "no NVIDIA driver (libno-such-driver.so.1 is not found)"
