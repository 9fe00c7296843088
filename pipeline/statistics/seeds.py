"""Trainings that differ in their seed alone: mean, spread, and the test of two such sets."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import stdtr, stdtrit

from pipeline.statistics.bootstrap import LEVEL, Interval


@dataclass(frozen=True)
class SeedSpread:
    """A number over seeds.

    Args:
        mean: over seeds.
        sd: standard deviation with J - 1 below the sum; None with one seed.
        interval: Student's 95 % interval of the mean over all seeds that could be drawn, on these
            clips; None with one seed.
    """

    mean: float
    sd: float | None
    interval: Interval | None


def seed_spread(values: Float[np.ndarray, " J"]) -> SeedSpread:
    """Return mean, standard deviation and interval of a number over seeds."""
    mean, num_seeds = float(values.mean()), len(values)
    if num_seeds < 2:
        return SeedSpread(mean, None, None)
    sd = float(values.std(ddof=1))
    half = float(stdtrit(num_seeds - 1, (1 + LEVEL) / 2)) * sd / float(np.sqrt(num_seeds))
    return SeedSpread(mean, sd, Interval(mean - half, mean + half))


def seeds_test(first: Float[np.ndarray, " J"], second: Float[np.ndarray, " L"]) -> float | None:
    """Return the two-sided p-value of equal means over seeds; None where both have a single one.

    Welch's t-test (Biometrika 34, 1947), since seeds of one method may spread more than the
    other's. A single seed tells no spread: it is taken to have that of the other method's seeds,
    which is Student's test.
    """
    sizes = np.array([len(first), len(second)])
    if sizes.max() < 2:
        return None
    spreads = np.array([values.var(ddof=1) for values in (first, second) if len(values) > 1])
    variances = spreads / sizes  # one spread stands for both
    difference = float(second.mean() - first.mean())
    if variances.sum() == 0:
        return float(difference == 0)
    freedom = sizes.max() - 1.0
    if sizes.min() > 1:
        freedom = variances.sum() ** 2 / (variances**2 / (sizes - 1)).sum()
    statistic = abs(difference) / float(np.sqrt(variances.sum()))
    return 2 * float(stdtr(freedom, -statistic))
