"""Metrics of a map's value at the place that was looked at: AUC-Judd, shuffled AUC, NSS.

Maps are ``(F, H, W)``; a frame's gaze is one cell, counted row by row.
"""

import numpy as np
from jaxtyping import Float, Int

Cells = Int[np.ndarray, " F"]
PerFrame = Float[np.ndarray, " F"]


def auc_judd(maps: Float[np.ndarray, "F H W"], cells: Cells) -> PerFrame:
    """Area under the ROC curve, the looked-at cell against all others (Judd et al., ICCV 2009).

    With one positive it is the share of the other cells whose value is lower, ties by half (the
    authors' code breaks ties by a small random number instead). A constant map has 0.5.
    """
    flat = maps.reshape(len(maps), -1)  # (F, P)
    own = np.take_along_axis(flat, cells[:, None], axis=1)  # (F, 1)
    below = np.count_nonzero(flat < own, axis=1)
    ties = np.count_nonzero(flat == own, axis=1) - 1
    return (below + ties / 2) / (flat.shape[1] - 1)


def shuffled_auc(
    maps: Float[np.ndarray, "F H W"], cells: Cells, negatives: Int[np.ndarray, " P"]
) -> PerFrame:
    """AUC with gaze of other clips as negatives (Zhang et al., Journal of Vision 2008).

    What all clips have in common, above all the centre, gives no advantage. All negatives count,
    so that nothing is drawn; a negative in the looked-at cell is a tie, and counts by half.

    Args:
        maps: of the frames.
        cells: where each frame's gaze is.
        negatives: how many gaze points of other clips lie in each of the P cells; not all zero.
    """
    flat = maps.reshape(len(maps), -1)  # (F, P)
    used = np.flatnonzero(negatives)
    own = np.take_along_axis(flat, cells[:, None], axis=1)  # (F, 1)
    others, weights = flat[:, used], negatives[used].astype(np.float64)
    won = (others < own) @ weights + (others == own) @ weights / 2
    return won / weights.sum()


def nss(standard: Float[np.ndarray, "F H W"], cells: Cells) -> PerFrame:
    """Normalised scanpath saliency (Peters et al., Vision Research 2005).

    The map's value there, in standard deviations above its mean; a constant map has 0.

    Args:
        standard: maps of `pipeline.gaze_metrics.distribution.standardise`.
        cells: where each frame's gaze is.
    """
    return standard.reshape(len(standard), -1)[np.arange(len(cells)), cells]
