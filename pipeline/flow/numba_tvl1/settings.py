"""The numbers of TV-L1 and of its semantics, as compiled code takes them."""

from typing import NamedTuple

import numpy as np

from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics


class Settings(NamedTuple):
    """Numbers that all steps share; numba compiles named tuples, but no dataclasses.

    Args:
        limit: λθ, of the data step.
        rate: τ/θ, of the dual step.
        theta: θ.
    """

    limit: np.float32
    rate: np.float32
    theta: np.float32
    cubic_a: np.float32
    epsilon: float
    num_warps: int
    inner_iterations: int
    outer_iterations: int
    has_median: bool
    is_border_zero: bool
    checks_every_iteration: bool


def make_settings(tvl1: Tvl1, semantics: Semantics) -> Settings:
    return Settings(
        limit=np.float32(tvl1.lambda_ * tvl1.theta),
        rate=np.float32(tvl1.tau / tvl1.theta),
        theta=np.float32(tvl1.theta),
        cubic_a=np.float32(semantics.cubic_a),
        epsilon=float(tvl1.epsilon),
        num_warps=tvl1.num_warps,
        inner_iterations=tvl1.inner_iterations,
        outer_iterations=tvl1.outer_iterations,
        has_median=semantics.has_median and tvl1.median_pixels > 1,
        is_border_zero=semantics.is_border_zero,
        checks_every_iteration=semantics.checks_every_iteration,
    )
