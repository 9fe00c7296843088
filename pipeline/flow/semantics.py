"""Where OpenCV's two TV-L1 codes differ: the meaning of a stored flow, beside its numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Semantics:
    """One reading of TV-L1; docs/flow.md has the equations.

    Args:
        name: as in ``flow.semantics``.
        cubic_a: Keys' coefficient of the bicubic warp.
        is_border_zero: taps outside of the image count as 0; else as the nearest pixel.
        is_centre_aligned: resizing maps pixel centres; else the first pixels onto each other.
        has_median: the flow is median filtered before each outer block of iterations.
        checks_every_iteration: the stop rule is asked after each iteration; else only after odd
            ones, and the less often, the farther the last answer was from stopping.
    """

    name: str
    cubic_a: float
    is_border_zero: bool
    is_centre_aligned: bool
    has_median: bool
    checks_every_iteration: bool


SEMANTICS = {
    # opencv_contrib, modules/optflow/src/tvl1flow.cpp
    "opencv_cpu": Semantics(
        name="opencv_cpu",
        cubic_a=-0.75,
        is_border_zero=True,
        is_centre_aligned=True,
        has_median=True,
        checks_every_iteration=True,
    ),
    # opencv_contrib, modules/cudaoptflow/src/tvl1flow.cpp and cuda/tvl1flow.cu
    "opencv_cuda": Semantics(
        name="opencv_cuda",
        cubic_a=-0.5,
        is_border_zero=False,
        is_centre_aligned=False,
        has_median=False,
        checks_every_iteration=False,
    ),
}
