"""TV-L1 on an NVIDIA GPU as a backend: numpy in, numpy out; nothing heavy is imported before."""

import ctypes
from importlib.util import find_spec

import numpy as np
from jaxtyping import Float32, Int32, UInt8

from pipeline.flow.cuda_tvl1.tiling import TILING
from pipeline.flow.errors import FlowError
from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics

OLDEST_CAPABILITY = 70
DRIVER_LIBRARY = "libcuda.so.1"


def why_absent() -> str | None:
    """Return why this backend cannot run here, or None."""
    if not _has_driver():
        return f"no NVIDIA driver ({DRIVER_LIBRARY} is not found)"
    if find_spec("cuda") is None or find_spec("cuda.bindings") is None:
        return "cuda-bindings is not installed; torch's CUDA build brings it"
    try:
        return _why_unfit()
    except (FlowError, ImportError, RuntimeError) as error:
        return str(error)


def compute(
    pairs: UInt8[np.ndarray, "N 2 H W"],
    tvl1: Tvl1,
    semantics: Semantics,
    threads: int,  # noqa: ARG001
) -> Float32[np.ndarray, "N H W 2"]:
    """Return the flow of each pair.

    Raises:
        FlowError: the device failed, has no memory left, or its flow is not finite.
    """
    flow, _ = _solve(pairs, tvl1, semantics, None)
    return flow


def compute_levels(
    pairs: UInt8[np.ndarray, "N 2 H W"], tvl1: Tvl1, semantics: Semantics, bound_pixels: float
) -> tuple[UInt8[np.ndarray, "N H W 2"], Int32[np.ndarray, " N"]]:
    """Return the flow of each pair in 8 bits, and how many of its vectors the bound clipped.

    What ``quantize`` and ``count_clipped`` give of ``compute``'s flow, made on the device: a
    quarter of the bytes come back.

    Raises:
        FlowError: as ``compute``.
    """
    return _solve(pairs, tvl1, semantics, bound_pixels)


def _solve(
    pairs: np.ndarray, tvl1: Tvl1, semantics: Semantics, bound_pixels: float | None
) -> tuple[np.ndarray, np.ndarray]:
    if not pairs.size:
        kind = np.float32 if bound_pixels is None else np.uint8
        return np.empty((len(pairs), *pairs.shape[2:], 2), kind), np.zeros(len(pairs), np.int32)
    from pipeline.flow.cuda_tvl1.device import Device
    from pipeline.flow.cuda_tvl1.solve import solve

    with Device(TILING, tvl1.median_pixels) as device:
        solved = solve(device, pairs, tvl1, semantics, tiling=TILING, bound_pixels=bound_pixels)
    return solved.flow, solved.num_clipped


def _has_driver() -> bool:
    try:
        ctypes.CDLL(DRIVER_LIBRARY)
    except OSError:
        return False
    return True


def _why_unfit() -> str | None:
    """Ask driver and compiler, which raise an error of their own where they are missing."""
    from cuda.bindings import driver

    from pipeline.flow.cuda_tvl1.driver import capability, checked
    from pipeline.flow.cuda_tvl1.nvrtc import name_architecture, nvrtc_version

    checked(driver.cuInit(0))
    if checked(driver.cuDeviceGetCount()) == 0:
        return "no CUDA device"
    nvrtc_version()
    if capability() < OLDEST_CAPABILITY:
        oldest = OLDEST_CAPABILITY / 10
        return f"the device has compute capability {capability() / 10}, {oldest} is needed"
    name_architecture(capability())
    return None
