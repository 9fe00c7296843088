"""The configuration of the flow stage, and the numbers behind a preset's name."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from pipeline.params import Section


class FlowConfig(Section):
    """What a stored flow means, and how it is stored."""

    preset: Literal["opencv", "fast"]
    """``opencv``: OpenCV's defaults. ``fast``: 3 levels, 3 warps, epsilon 0.03, a quarter of
    the time, half a pixel away on large motion."""
    semantics: Literal["opencv_cpu", "opencv_cuda"]
    """Whose TV-L1: OpenCV's CPU and CUDA code give different flow (docs/frames_and_flow.md)."""
    backend: Literal["auto", "opencv", "opencv_cuda"]
    """Who computes it; ``auto`` is the fastest present with these semantics."""
    bound_pixels: Annotated[float, Field(gt=0)]
    """Motion that the 8 bits reach in each direction, in pixels at the stored size; 20 in the
    field. What lies beyond is clipped, and its share is reported."""
    quality: Annotated[int, Field(ge=1, le=100)]
    """JPEG quality of the stored flow."""


@dataclass(frozen=True)
class Tvl1:
    """The numbers of TV-L1; tau, lambda and theta as in Zach, Pock and Bischof (DAGM 2007).

    The iterations of a warp stop early once the mean squared change of the flow is below
    ``epsilon`` squared. The CUDA semantics have one loop of ``outer * inner`` iterations and no
    median filter.
    """

    tau: float
    lambda_: float
    theta: float
    num_scales: int
    num_warps: int
    epsilon: float
    inner_iterations: int
    outer_iterations: int
    scale_step: float
    gamma: float
    median_pixels: int


PRESETS = {
    # OpenCV 4.14, DualTVL1OpticalFlow::create
    "opencv": Tvl1(
        tau=0.25,
        lambda_=0.15,
        theta=0.3,
        num_scales=5,
        num_warps=5,
        epsilon=0.01,
        inner_iterations=30,
        outer_iterations=10,
        scale_step=0.8,
        gamma=0.0,
        median_pixels=5,
    ),
    # Measured: docs/frames_and_flow.md
    "fast": Tvl1(
        tau=0.25,
        lambda_=0.15,
        theta=0.3,
        num_scales=3,
        num_warps=3,
        epsilon=0.03,
        inner_iterations=30,
        outer_iterations=10,
        scale_step=0.8,
        gamma=0.0,
        median_pixels=5,
    ),
}
