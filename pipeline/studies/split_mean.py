"""The mean of an accuracy over splits, whose sessions are resampled together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from pipeline.statistics.tally import Tally


@dataclass(frozen=True)
class SplitMean(Tally):
    """The mean over splits, each an accuracy of its own; a session may be tested in several.

    Args:
        splits: of each split, all with the same clusters S.
    """

    splits: tuple[Tally, ...]

    def weighted(self, weights: Float[np.ndarray, "B S"]) -> Float[np.ndarray, " B"]:
        """Return the mean for each set of cluster weights; NaN where a split has no weight."""
        return np.mean([split.weighted(weights) for split in self.splits], axis=0)

    def contributions(self) -> Float[np.ndarray, " S"]:
        """Return each cluster's part of the mean; they sum to it."""
        return np.mean([split.contributions() for split in self.splits], axis=0)


def mean_of_splits(splits: Sequence[Tally]) -> Tally:
    """Return the mean over splits; of a single one itself."""
    if len(splits) == 1:
        return splits[0]
    return SplitMean(
        right=np.concatenate([split.right for split in splits], axis=1),
        counted=np.concatenate([split.counted for split in splits], axis=1),
        factor=1.0,
        splits=tuple(splits),
    )


def spread_over(
    tallies: Mapping[str, Tally], own: Sequence[str], sessions: Sequence[str]
) -> dict[str, Tally]:
    """Return accuracies whose clusters are the sessions of all splits.

    tallies: by name; cluster c is the c-th of the split's sessions in the order of their names.
    own: sessions of the split's test clips, repeated or not.
    sessions: of all splits, each once.
    """
    place = {session: row for row, session in enumerate(sessions)}
    rows = [place[session] for session in sorted(set(own))]
    spread = {}
    for name, counted in tallies.items():
        empty = np.zeros((len(sessions), counted.right.shape[1]))
        right, clips = empty.copy(), empty.copy()
        right[rows], clips[rows] = counted.right, counted.counted
        spread[name] = replace(counted, right=right, counted=clips)
    return spread
