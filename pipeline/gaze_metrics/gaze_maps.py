"""A gaze point as a map, for the metrics that compare maps with maps."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from pipeline.gaze.maps import CELL_CENTRE, equation_2
from pipeline.gaze_metrics.enlarge import MAP_CELLS

CENTRES = np.arange(MAP_CELLS) + CELL_CENTRE
"""Middle of each row, and of each column, in cells."""


def gaze_distributions(
    points: Float[np.ndarray, "F 2"], sigma_cells: float
) -> Float[np.ndarray, "F H W"]:
    """Return a Gaussian around each point that sums to one over the map, also at its border."""
    bumps = equation_2(points, CENTRES, CENTRES, sigma_cells, np.exp)
    return bumps / bumps.sum(axis=(1, 2), keepdims=True)


@dataclass(frozen=True)
class Labels:
    """Cells that count as looked at, listed frame by frame.

    Args:
        frames: number of the frame of each such cell.
        cells: the cell, counted row by row.
        counts: how many each frame has.
    """

    frames: Int[np.ndarray, " L"]
    cells: Int[np.ndarray, " L"]
    counts: Int[np.ndarray, " F"]


def list_labels(is_label: Bool[np.ndarray, "F H W"]) -> Labels:
    """List the cells that are true."""
    flat = is_label.reshape(len(is_label), MAP_CELLS**2)
    frames, cells = np.nonzero(flat)
    return Labels(frames, cells, np.count_nonzero(flat, axis=1))


def is_near(points: Float[np.ndarray, "F 2"], radius_cells: float) -> Bool[np.ndarray, "F H W"]:
    """Return which cells count as looked at: those whose centre is near enough to the point."""
    across = (CENTRES - points[:, :1] * MAP_CELLS) ** 2  # (F, W)
    down = (CENTRES - points[:, 1:] * MAP_CELLS) ** 2  # (F, H)
    return down[:, :, None] + across[:, None, :] <= radius_cells**2
