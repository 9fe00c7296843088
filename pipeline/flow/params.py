"""The configuration of the flow stage, and the numbers behind a preset's name."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from pipeline.params import Section


class FlowConfig(Section):
    """What a stored flow means, how it is computed, and how it is stored."""

    preset: Literal["opencv", "wide"]
    """``opencv``: OpenCV's defaults, those of published features. ``wide``: a halving pyramid of
    4 levels, better on large motion and cheaper (docs/flow.md)."""
    semantics: Literal["opencv_cpu", "opencv_cuda"]
    """Whose TV-L1: OpenCV's CPU and CUDA code give different flow (docs/flow.md)."""
    backend: Literal["auto", "cuda", "opencv_cuda", "numba", "torch", "opencv"]
    """Who computes it; ``auto`` is the fastest present with these semantics."""
    stabilise: Literal["none", "homography"]
    """``homography``: warp flow; the camera's motion is estimated and removed first, and stored
    beside the flow."""
    bound_pixels: Annotated[float, Field(gt=0)]
    """Motion that the 8 bits reach in each direction, in pixels at the stored size; 20 in the
    field. What lies beyond is clipped, and its share is reported."""
    quality: Annotated[int, Field(ge=1, le=100)]
    """JPEG quality of the stored flow."""
    needed: bool = True
    """Whether the method looks at flow; else none is computed."""


@dataclass(frozen=True)
class Tvl1:
    """The numbers of TV-L1; tau, lambda and theta as in Zach, Pock and Bischof (DAGM 2007).

    The iterations of a warp stop early once the mean squared change of the flow is below
    ``epsilon`` squared; 0 means all of them. The CUDA semantics have one loop of ``outer * inner``
    iterations and no median filter.
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
        median_pixels=5,
    ),
}
# Its coarsest level is an eighth of the image; that of OpenCV's defaults is 0.41 of it.
PRESETS["wide"] = replace(PRESETS["opencv"], num_scales=4, scale_step=0.5)
