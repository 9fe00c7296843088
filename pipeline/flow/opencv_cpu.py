"""TV-L1 by OpenCV on the CPU: what ``opencv_cpu`` semantics mean, and the baseline of others."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from pipeline.flow.params import Tvl1


def why_absent() -> str | None:
    """Return why this backend cannot run here, or None.

    The function is asked for, not the module: a second OpenCV package leaves an empty
    ``cv2.optflow`` behind.
    """
    if hasattr(cv2.optflow, "DualTVL1OpticalFlow_create"):
        return None
    return (
        "cv2.optflow.DualTVL1OpticalFlow_create is gone: another OpenCV package has overwritten "
        "opencv-contrib-python-headless; uninstall every opencv-* package and install that one"
    )


def compute(
    pairs: UInt8[np.ndarray, "N 2 H W"], parameters: Tvl1
) -> Float32[np.ndarray, "N H W 2"]:
    """Return the flow of each pair, one thread, no pair touching another's."""
    cv2.setNumThreads(1)
    flow = np.empty((len(pairs), *pairs.shape[2:], 2), np.float32)
    solver = _make_solver(parameters)
    for pair, out in zip(pairs, flow, strict=True):
        # a small image lowers the object's own number of scales, for good
        solver.setScalesNumber(parameters.num_scales)  # type: ignore[attr-defined]
        out[:] = solver.calc(pair[0], pair[1], out)
    return flow


def _make_solver(parameters: Tvl1) -> cv2.DenseOpticalFlow:
    return cv2.optflow.DualTVL1OpticalFlow_create(  # type: ignore[attr-defined]
        tau=parameters.tau,
        lambda_=parameters.lambda_,
        theta=parameters.theta,
        nscales=parameters.num_scales,
        warps=parameters.num_warps,
        epsilon=parameters.epsilon,
        innnerIterations=parameters.inner_iterations,  # OpenCV spells it so
        outerIterations=parameters.outer_iterations,
        scaleStep=parameters.scale_step,
        gamma=parameters.gamma,
        medianFiltering=parameters.median_pixels,
        useInitialFlow=False,
    )
