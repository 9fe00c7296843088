"""``glc_compat``: F1, recall and precision as GLC's code takes them, chosen on the test part.

Lai et al., BMVC 2022 and IJCV 2023; their repository's slowfast/utils/metrics.py (`adaptive_f1`),
meters.py, datasets/egtea_gaze.py and tools/test_gaze_net.py. It is here so that our numbers can be
set beside the published ones, and for nothing else: the best of eleven thresholds is taken on the
very frames that it is reported for, and the number depends on how clips are put into batches.

Differs from theirs: all frames of a clip with a fixation count (eight there, 8 apart); a sample off
the image is no fixation (moved to the border there); no test clip is left out by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.gaze_maps import Labels

THRESHOLDS = np.linspace(0, 0.02, 11)
REACH_CELLS = 9
"""Their Gaussian has 19 taps."""
SIGMA_CELLS = 3.2
"""OpenCV's for 19 taps."""
LABEL_ABOVE = 0.001
SMALL = 1e-6

Sums = Float[np.ndarray, " K"]


@dataclass(frozen=True)
class GlcSums:
    """Recall and precision at each threshold, summed over the fixations of a clip or more.

    Args:
        recall: at each of the eleven thresholds.
        precision: the same.
        frames: how many were summed.
    """

    recall: Sums
    precision: Sums
    frames: int

    def best(self) -> dict[str, float]:
        """Return F1, recall, precision and threshold where F1 of the means is highest."""
        recall, precision = self.recall / self.frames, self.precision / self.frames
        f1 = 2 * recall * precision / (recall + precision + SMALL)
        at = int(f1.argmax())
        values = {"f1": f1, "recall": recall, "precision": precision, "threshold": THRESHOLDS}
        return {name: float(row[at]) for name, row in values.items()}


def glc_sums(
    distributions: Float[np.ndarray, "D H W"],
    which: Int[np.ndarray, " F"],
    labels: Labels,
) -> GlcSums:
    """Sum recall and precision over some fixations.

    Args:
        distributions: maps that sum to one.
        which: each fixation's map.
        labels: of `is_glc_label`.
    """
    low = distributions.min(axis=(1, 2), keepdims=True)
    span = distributions.max(axis=(1, 2), keepdims=True) - low
    scaled = (distributions - low) / (span + SMALL)
    values = scaled.reshape(-1, MAP_CELLS**2)[which[labels.frames], labels.cells]
    recall, precision = np.zeros(len(THRESHOLDS)), np.zeros(len(THRESHOLDS))
    for number, threshold in enumerate(THRESHOLDS):
        right = np.bincount(labels.frames[values > threshold], minlength=len(which))
        num_named = np.count_nonzero(scaled > threshold, axis=(1, 2))[which]
        recall[number] = (right / (labels.counts + SMALL)).sum()
        precision[number] = (right / (num_named + SMALL)).sum()
    return GlcSums(recall, precision, len(which))


def glc_scores(clips: Sequence[GlcSums], batch_clips: int) -> dict[str, object] | None:
    """Return both forms of the protocol; None where no clip has a fixation.

    ``batches``: a threshold for each batch of test clips, in the order of the store, then the mean
    over batches by their frames (their meter's running sums). ``whole``: one threshold for all
    test frames (what their meter reports last).
    """
    batches = [add_sums(clips[at : at + batch_clips]) for at in range(0, len(clips), batch_clips)]
    batches = [batch for batch in batches if batch.frames]
    if not batches:
        return None
    best, frames = [batch.best() for batch in batches], [batch.frames for batch in batches]
    means = {
        name: float(np.average([scores[name] for scores in best], weights=frames))
        for name in ("f1", "recall", "precision")
    }
    return {
        "chosen_on": "test",
        "fixations": sum(frames),
        "batches": {**means, "count": len(batches), "clips": batch_clips},
        "whole": add_sums(clips).best(),
    }


def add_sums(parts: Sequence[GlcSums]) -> GlcSums:
    """Add sums up; those of no parts are of no frames."""
    none = np.zeros((1, len(THRESHOLDS)))
    return GlcSums(
        np.concatenate([none, *(part.recall[None] for part in parts)]).sum(axis=0),
        np.concatenate([none, *(part.precision[None] for part in parts)]).sum(axis=0),
        sum(part.frames for part in parts),
    )


def is_glc_label(points: Float[np.ndarray, "F 2"]) -> Bool[np.ndarray, "F H W"]:
    """Return the cells where a Gaussian around the gaze, summing to one, is above 0.001.

    Its middle is a cell's number, its reach is cut. Gaze far outside of the map has an empty
    label, and then counts as 0 in recall and precision, as there.

    Args:
        points: fixations in shares of the map, inside or outside of it.
    """
    across, down = (_taps(points[:, axis]) for axis in (0, 1))  # (F, P) each
    is_label = (np.count_nonzero(across, axis=1) > 1) & (np.count_nonzero(down, axis=1) > 1)
    bumps = down[:, :, None] * across[:, None, :]
    sums = bumps.sum(axis=(1, 2), keepdims=True)
    return (bumps > LABEL_ABOVE * sums) & is_label[:, None, None]


def _taps(places: Float[np.ndarray, " F"]) -> Float[np.ndarray, "F P"]:
    """Heights of the Gaussian along one axis, 0 beyond its reach."""
    distances = np.arange(MAP_CELLS) - np.rint(places * MAP_CELLS)[:, None]
    heights = np.exp(-(distances**2) / (2 * SIGMA_CELLS**2))
    return np.where(np.abs(distances) <= REACH_CELLS, heights, 0.0)
