"""TV-L1 by OpenCV on a GPU, for those who built OpenCV with CUDA: no wheel on PyPI has it."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics


def why_absent() -> str | None:
    """Return why this backend cannot run here, or None."""
    if not hasattr(cv2, "cuda_OpticalFlowDual_TVL1"):
        return "this OpenCV was built without CUDA's optical flow, as all wheels are"
    if cv2.cuda.getCudaEnabledDeviceCount() < 1:
        return "no CUDA device"
    return None


def compute(
    pairs: UInt8[np.ndarray, "N 2 H W"],
    tvl1: Tvl1,
    semantics: Semantics,  # noqa: ARG001
    threads: int,  # noqa: ARG001
) -> Float32[np.ndarray, "N H W 2"]:
    """Return the flow of each pair.

    The stream is explicit: without one every kernel launch waits for the device.
    """
    stream = cv2.cuda.Stream()
    flow = np.empty((len(pairs), *pairs.shape[2:], 2), np.float32)
    for pair, out in zip(pairs, flow, strict=True):
        before, after, result = cv2.cuda.GpuMat(), cv2.cuda.GpuMat(), cv2.cuda.GpuMat()
        before.upload(np.ascontiguousarray(pair[0]), stream)
        after.upload(np.ascontiguousarray(pair[1]), stream)
        result = _make_solver(tvl1).calc(before, after, result, stream)
        downloaded = result.download(stream)
        stream.waitForCompletion()
        out[:] = downloaded
    return flow


def _make_solver(tvl1: Tvl1) -> "cv2.cuda_OpticalFlowDual_TVL1":  # type: ignore[name-defined]
    """Make a solver for one pair: like the CPU's it changes its own number of scales."""
    return cv2.cuda_OpticalFlowDual_TVL1.create(  # type: ignore[attr-defined]
        tau=tvl1.tau,
        lambda_=tvl1.lambda_,
        theta=tvl1.theta,
        nscales=tvl1.num_scales,
        warps=tvl1.num_warps,
        epsilon=tvl1.epsilon,
        iterations=tvl1.inner_iterations * tvl1.outer_iterations,
        scaleStep=tvl1.scale_step,
        gamma=0.0,
        useInitialFlow=False,
    )
