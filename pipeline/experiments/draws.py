"""The draws that all intervals of a comparison come from: the same sessions for every method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pipeline.experiments.groups import Group
from pipeline.statistics.bootstrap import (
    NUM_RESAMPLES,
    Interval,
    draw_clusters,
    draw_seeds,
    interval_with_seeds,
    percentile_interval,
    resample,
    seed_deviations,
)
from pipeline.statistics.tally import Tally


@dataclass(frozen=True)
class Draws:
    """How often each session is in each resample, and how far seeds are from all seeds there are.

    Args:
        sessions: (B, S).
        seeds: by the group's label, (B,), in standard deviations over seeds.
    """

    sessions: Float[np.ndarray, "B S"]
    seeds: Mapping[str, np.ndarray]

    def interval(self, label: str, tallies: Sequence[Tally]) -> Interval | None:
        """Return the interval of a group's accuracy, given that of each of its trainings."""
        resampled = resample(tallies, self.sessions)
        deviations = seed_deviations(tallies, self.seeds[label])
        found = _interval(resampled, deviations, tallies[0].num_clusters)
        return found and found.within(0.0, 1.0)

    def interval_of_difference(
        self, labels: Sequence[str], sides: Sequence[Sequence[Tally]]
    ) -> Interval | None:
        """Return the interval of the second group's accuracy less the first's.

        Sessions are the same for both in each resample; seeds are each group's own.
        """
        first, second = (resample(side, self.sessions) for side in sides)
        own = [
            seed_deviations(side, self.seeds[label])
            for label, side in zip(labels, sides, strict=True)
        ]
        found = _interval(second - first, own[1] - own[0], sides[0][0].num_clusters)
        return found and found.within(-1.0, 1.0)


def _interval(
    resampled: Float[np.ndarray, " B"], deviations: Float[np.ndarray, " B"], num_sessions: int
) -> Interval | None:
    """Return the interval over sessions, and over seeds where they move anything."""
    if not deviations.any():
        return percentile_interval(resampled, num_sessions)
    return interval_with_seeds(resampled, deviations, num_sessions)


def draw(groups: Sequence[Group], num_sessions: int, seed: int) -> Draws:
    """Draw sessions once for all, and each group's seeds by themselves."""
    generators = np.random.default_rng(seed).spawn(len(groups) + 1)
    return Draws(
        sessions=draw_clusters(num_sessions, NUM_RESAMPLES, generators[0]),
        seeds={
            group.label: draw_seeds(len(group.experiments), NUM_RESAMPLES, generator)
            for group, generator in zip(groups, generators[1:], strict=True)
        },
    )
