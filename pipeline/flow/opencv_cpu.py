"""TV-L1 by OpenCV on the CPU: what ``opencv_cpu`` semantics mean, and the baseline of others."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics
from pipeline.flow.threads import over_pairs


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
    pairs: UInt8[np.ndarray, "N 2 H W"],
    tvl1: Tvl1,
    semantics: Semantics,  # noqa: ARG001
    threads: int,
) -> Float32[np.ndarray, "N H W 2"]:
    """Return the flow of each pair."""
    cv2.setNumThreads(1)
    height, width = pairs.shape[2:]
    flow = np.empty((len(pairs), height, width, 2), np.float32)
    # OpenCV reads past the ends of an image of one row or column; two equal ones have its flow
    thin = ((0, 0), (0, 0), (0, int(height < 2)), (0, int(width < 2)))
    pairs = np.pad(pairs, thin, mode="edge") if min(height, width) < 2 else pairs

    def solve(number: int) -> None:
        before, after = pairs[number]
        solved = _make_solver(tvl1).calc(before, after, np.zeros((*before.shape, 2), np.float32))
        flow[number] = solved[:height, :width]

    over_pairs(solve, len(pairs), threads)
    return flow


def _make_solver(tvl1: Tvl1) -> cv2.DenseOpticalFlow:
    """Make a solver for one pair: a small image lowers its number of scales, for good."""
    return cv2.optflow.DualTVL1OpticalFlow_create(  # type: ignore[attr-defined]
        tau=tvl1.tau,
        lambda_=tvl1.lambda_,
        theta=tvl1.theta,
        nscales=tvl1.num_scales,
        warps=tvl1.num_warps,
        epsilon=tvl1.epsilon,
        innnerIterations=tvl1.inner_iterations,  # OpenCV spells it so
        outerIterations=tvl1.outer_iterations,
        scaleStep=tvl1.scale_step,
        gamma=0.0,  # no field of illumination
        medianFiltering=tvl1.median_pixels,
        useInitialFlow=False,
    )
