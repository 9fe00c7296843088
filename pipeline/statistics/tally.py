"""Sums by cluster and group: all that an accuracy, its resamples and its tests need of the clips.

Every accuracy here is a mean over groups of the share of right clips in the group. Micro accuracy
has one group, macro accuracy one a class. Clusters are sessions: their clips go together.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class Tally:
    """Clips of each cluster S and group G.

    Args:
        right: sum of the clips' values (1 or 0 where a clip is right or wrong), (S, G).
        counted: number of clips, (S, G).
        factor: what the mean over groups is multiplied by; below 1 where groups without any clip
            count as never right.
    """

    right: Float[np.ndarray, "S G"]
    counted: Float[np.ndarray, "S G"]
    factor: float

    @property
    def num_clusters(self) -> int:
        """Clusters that have a counted clip."""
        return int((self.counted.sum(axis=1) > 0).sum())

    def accuracy(self) -> float:
        """Return the mean over groups of the share of right clips."""
        return float(self.weighted(np.ones((1, len(self.right))))[0])

    def weighted(self, weights: Float[np.ndarray, "B S"]) -> Float[np.ndarray, " B"]:
        """Return the accuracy for each set of cluster weights; NaN where no clip has weight.

        A group whose clips all have weight zero is left out of the mean, as a class without a
        test clip is. With resampled clusters that is what carries the noise of small classes: a
        class of one session has no other noise to show.
        """
        right, counted = weights @ self.right, weights @ self.counted  # (B, G)
        is_present = counted > 0
        shares = np.divide(right, counted, out=np.zeros_like(right), where=is_present)
        num_present = is_present.sum(axis=1)
        mean = np.full(len(weights), np.nan)
        np.divide(shares.sum(axis=1), num_present, out=mean, where=num_present > 0)
        return mean * self.factor

    def contributions(self) -> Float[np.ndarray, " S"]:
        """Return each cluster's part of the accuracy; they sum to it."""
        counted = self.counted.sum(axis=0)  # (G,)
        present = counted > 0
        parts = self.right[:, present] / counted[present]  # (S, G present)
        return parts.sum(axis=1) * self.factor / max(int(present.sum()), 1)


def tally(
    values: Float[np.ndarray, " N"],
    clusters: Int[np.ndarray, " N"],
    num_clusters: int,
    groups: Int[np.ndarray, " N"],
    num_groups: int,
) -> Tally:
    """Sum the clips' values by cluster and group.

    Args:
        values: what is averaged: 1 or 0, or any number.
        clusters: cluster of each clip, 0 … ``num_clusters`` - 1.
        num_clusters: S.
        groups: group of each clip, 0 … ``num_groups`` - 1; all zeros for a plain mean.
        num_groups: G.
    """
    cells = clusters * num_groups + groups
    size = num_clusters * num_groups
    shape = (num_clusters, num_groups)
    return Tally(
        right=np.bincount(cells, weights=values, minlength=size).reshape(shape),
        counted=np.bincount(cells, minlength=size).astype(np.float64).reshape(shape),
        factor=1.0,
    )
