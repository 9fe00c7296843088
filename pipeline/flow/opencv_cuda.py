"""TV-L1 by OpenCV on a GPU, for those who built OpenCV with CUDA: no wheel on PyPI has it."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from pipeline.flow.params import Tvl1


def why_absent() -> str | None:
    """Return why this backend cannot run here, or None."""
    if not hasattr(cv2, "cuda_OpticalFlowDual_TVL1"):
        return "this OpenCV was built without CUDA's optical flow, as all wheels are"
    if cv2.cuda.getCudaEnabledDeviceCount() < 1:
        return "no CUDA device"
    return None


def compute(
    pairs: UInt8[np.ndarray, "N 2 H W"], parameters: Tvl1
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
        result = _make_solver(parameters).calc(before, after, result, stream)
        downloaded = result.download(stream)
        stream.waitForCompletion()
        out[:] = downloaded
    return flow


def _make_solver(parameters: Tvl1) -> "cv2.cuda_OpticalFlowDual_TVL1":  # type: ignore[name-defined]
    """Make a solver for one pair: like the CPU's it changes its own number of scales."""
    return cv2.cuda_OpticalFlowDual_TVL1.create(  # type: ignore[attr-defined]
        tau=parameters.tau,
        lambda_=parameters.lambda_,
        theta=parameters.theta,
        nscales=parameters.num_scales,
        warps=parameters.num_warps,
        epsilon=parameters.epsilon,
        iterations=parameters.inner_iterations * parameters.outer_iterations,
        scaleStep=parameters.scale_step,
        gamma=parameters.gamma,
        useInitialFlow=False,
    )
