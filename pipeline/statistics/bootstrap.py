"""95 % intervals by resampling sessions, and seeds where there are several.

Clips of one session share their wearer, kitchen and light, so that they are not independent:
whole sessions are drawn with replacement. The interval is the percentile interval at widened
percentages (Hesterberg, The American Statistician 69, 2015, section 4.3, "expanded percentile"),
since the plain one is too narrow with few sessions; docs/decisions/0020-statistics.md has the
coverage that was measured.
"""

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import stdtrit

from pipeline.statistics.tally import Tally

LEVEL = 0.95
NUM_RESAMPLES = 10_000


class Interval(NamedTuple):
    """Both ends of an interval, in the unit of what it is of."""

    low: float
    high: float

    def within(self, lowest: float, highest: float) -> "Interval":
        """Return the part of it that lies between two values."""
        ends = np.clip(self, lowest, highest)
        return Interval(float(ends[0]), float(ends[1]))


def draw_clusters(
    num_clusters: int, num_resamples: int, generator: np.random.Generator
) -> Float[np.ndarray, "B S"]:
    """Draw as many clusters as there are, with replacement: how often each is in each resample."""
    even = np.full(num_clusters, 1 / num_clusters)
    return generator.multinomial(num_clusters, even, size=num_resamples).astype(np.float64)


def draw_seeds(
    num_seeds: int, num_resamples: int, generator: np.random.Generator
) -> Float[np.ndarray, " B"]:
    """Draw how far the mean over seeds is from that over all seeds, in their standard deviation.

    Student's t with J - 1 degrees of freedom over √J: means of resampled seeds would stay within
    the seeds' own range, in which the truth often is not where seeds are few. A single seed is
    always zero, and its noise stays unknown.
    """
    if num_seeds == 1:
        return np.zeros(num_resamples)
    return generator.standard_t(num_seeds - 1, num_resamples) / np.sqrt(num_seeds)


def resample(
    tallies: Sequence[Tally], clusters: Float[np.ndarray, "B S"]
) -> Float[np.ndarray, " B"]:
    """Return the resampled mean accuracy of some networks, a seed each, on the same clips.

    clusters: how often each cluster is in each resample.
    """
    return np.mean([tally.weighted(clusters) for tally in tallies], axis=0)


def seed_deviations(
    tallies: Sequence[Tally], seeds: Float[np.ndarray, " B"]
) -> Float[np.ndarray, " B"]:
    """Return how far seeds move that mean in each resample; of a single seed, not at all.

    seeds: the same in standard deviations over seeds, as `draw_seeds` gives it.
    """
    if len(tallies) == 1:
        return np.zeros(len(seeds))
    return seeds * float(np.std([tally.accuracy() for tally in tallies], ddof=1))


def percentile_interval(
    resampled: Float[np.ndarray, " B"], num_clusters: int, level: float = LEVEL
) -> Interval | None:
    """Return the interval of a resampled number; None with one cluster, which tells no spread.

    The tails of (1 - level) / 2 become Φ(-√(S/(S-1)) t), t being Student's quantile with S - 1
    degrees of freedom: with many clusters that is the same, with 12 it is 1.1 % in place of 2.5 %.
    Resamples in which nothing could be measured (NaN) are left out.
    """
    if num_clusters < 2:
        return None
    tail = NormalDist().cdf(-_widened_quantile(num_clusters, level))
    low, high = np.nanquantile(resampled, [tail, 1 - tail])
    return Interval(float(low), float(high))


def interval_with_seeds(
    resampled: Float[np.ndarray, " B"],
    deviations: Float[np.ndarray, " B"],
    num_clusters: int,
    level: float = LEVEL,
) -> Interval | None:
    """Return the interval of a resampled number that seeds move too; None with one cluster.

    Widened percentages make up for few clusters, as Student's deviations do for few seeds. So
    that neither is made up for twice, resamples are drawn apart as far as the widened percentages
    would, and the ends lie at the plain ones.

    Args:
        resampled: of clusters alone.
        deviations: what seeds add to each.
        num_clusters: that were drawn from.
        level: how often such intervals should hold the truth.
    """
    if num_clusters < 2:
        return None
    tail = (1 - level) / 2
    stretch = _widened_quantile(num_clusters, level) / NormalDist().inv_cdf(1 - tail)
    centre = np.nanmedian(resampled)
    moved = centre + stretch * (resampled - centre) + deviations
    low, high = np.nanquantile(moved, [tail, 1 - tail])
    return Interval(float(low), float(high))


def _widened_quantile(num_clusters: int, level: float) -> float:
    """Student's quantile with S - 1 degrees of freedom, times √(S/(S-1))."""
    quantile = float(stdtrit(num_clusters - 1, (1 + level) / 2))
    return quantile * float(np.sqrt(num_clusters / (num_clusters - 1)))


def tally_interval(
    counted: Tally, generator: np.random.Generator, num_resamples: int = NUM_RESAMPLES
) -> Interval | None:
    """Return the interval of one accuracy, or of any mean that was tallied by cluster."""
    clusters = draw_clusters(len(counted.right), num_resamples, generator)
    return percentile_interval(counted.weighted(clusters), counted.num_clusters)
