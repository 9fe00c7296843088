"""The draws that all intervals of a comparison come from: the same sessions for every method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pipeline.experiments.groups import Group
from pipeline.statistics.bootstrap import NUM_RESAMPLES, draw_clusters, draw_seeds, resample
from pipeline.statistics.tally import Tally


@dataclass(frozen=True)
class Draws:
    """How often each session, and what share of each training, is in each resample.

    Args:
        sessions: (B, S).
        seeds: by the group's label, (B, J); rows sum to one.
    """

    sessions: Float[np.ndarray, "B S"]
    seeds: Mapping[str, np.ndarray]

    def accuracy(self, label: str, tallies: Sequence[Tally]) -> Float[np.ndarray, " B"]:
        """Return a group's resampled accuracy, given that of each of its trainings."""
        return resample(tallies, self.sessions, self.seeds[label])


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
