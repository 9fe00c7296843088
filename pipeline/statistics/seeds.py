"""Trainings that differ in their seed alone: mean, spread, and the tests of two such sets."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import stdtrit

from pipeline.statistics.bootstrap import LEVEL, Interval
from pipeline.statistics.noise import Noise, noise_test, session_noise


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


def seed_noise(
    first: Float[np.ndarray, " J"], second: Float[np.ndarray, " L"]
) -> tuple[Noise, ...]:
    """Return what the draw of seeds does to the difference of two means; none of single seeds.

    Each method's seeds spread by themselves, as in Welch's t-test (Biometrika 34, 1947). A single
    seed tells no spread: it is taken to have that of the other method's seeds, as in Student's.
    """
    several = [values for values in (first, second) if len(values) > 1]
    if not several:
        return ()
    if len(several) == 1:
        [values] = several
        shares = 1 + 1 / len(values)
        return (Noise(float(values.var(ddof=1)) * shares, len(values) - 1.0),)
    return tuple(Noise(float(each.var(ddof=1)) / len(each), len(each) - 1.0) for each in several)


def seeds_test(first: Float[np.ndarray, " J"], second: Float[np.ndarray, " L"]) -> float | None:
    """Return the two-sided p-value of equal means over seeds; None where both have a single one.

    Welch's t-test; Student's where one of them has a single seed.
    """
    kinds = seed_noise(first, second)
    return noise_test(float(second.mean() - first.mean()), kinds) if kinds else None


def combined_test(
    contributions: Float[np.ndarray, " S"],
    first: Float[np.ndarray, " J"],
    second: Float[np.ndarray, " L"],
) -> float | None:
    """Return the two-sided p-value of equal methods on other sessions with other seeds.

    None where both have a single seed, or there is a single session. What chance does to each
    clip of each training is in both variances, which makes the test careful.

    Args:
        contributions: each session's part of the difference of the means; they sum to it.
        first: the first method's number for each of its seeds.
        second: the second's.
    """
    seeds, sessions = seed_noise(first, second), session_noise(contributions)
    if not seeds or sessions is None:
        return None
    return noise_test(float(second.mean() - first.mean()), [sessions, *seeds])
