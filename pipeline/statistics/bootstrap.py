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


def draw_clusters(
    num_clusters: int, num_resamples: int, generator: np.random.Generator
) -> Float[np.ndarray, "B S"]:
    """Draw as many clusters as there are, with replacement: how often each is in each resample."""
    even = np.full(num_clusters, 1 / num_clusters)
    return generator.multinomial(num_clusters, even, size=num_resamples).astype(np.float64)


def draw_seeds(
    num_seeds: int, num_resamples: int, generator: np.random.Generator
) -> Float[np.ndarray, "B J"]:
    """Draw seeds with replacement: the share of each in each resample; rows sum to one.

    One fewer than there are is drawn, so that the variance of the resampled mean is the unbiased
    one, sd² / J (Rao and Wu, JASA 83, 1988); drawing J of two or three would lose a half or a
    third of it. A single seed is always taken, and its noise stays unknown.
    """
    drawn = max(num_seeds - 1, 1)
    even = np.full(num_seeds, 1 / num_seeds)
    return generator.multinomial(drawn, even, size=num_resamples) / drawn


def resample(
    tallies: Sequence[Tally],
    clusters: Float[np.ndarray, "B S"],
    seeds: Float[np.ndarray, "B J"],
) -> Float[np.ndarray, " B"]:
    """Return the resampled mean accuracy of some networks on the same clips.

    Args:
        tallies: of each network, a seed each; J of them.
        clusters: how often each cluster is in each resample.
        seeds: share of each network in each resample.
    """
    accuracies = np.stack([tally.weighted(clusters) for tally in tallies], axis=1)  # (B, J)
    return (accuracies * seeds).sum(axis=1)


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
    quantile = float(stdtrit(num_clusters - 1, (1 + level) / 2))
    tail = NormalDist().cdf(-quantile * float(np.sqrt(num_clusters / (num_clusters - 1))))
    low, high = np.nanquantile(resampled, [tail, 1 - tail])
    return Interval(float(low), float(high))


def tally_interval(
    counted: Tally, generator: np.random.Generator, num_resamples: int = NUM_RESAMPLES
) -> Interval | None:
    """Return the interval of one accuracy, or of any mean that was tallied by cluster."""
    clusters = draw_clusters(len(counted.right), num_resamples, generator)
    return percentile_interval(counted.weighted(clusters), counted.num_clusters)
