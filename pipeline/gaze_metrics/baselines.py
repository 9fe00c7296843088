"""What a map is set beside: maps that know nothing of the frame, and the map of another window."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from pipeline.evaluation.explain import ClipMaps
from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.gaze_maps import CENTRES

UNIFORM, CENTRE, TRAINING_GAZE = "uniform", "centre", "training_gaze"
INTER_WINDOW = "_inter_window"
"""What the name of a kind of map ends with, where each map is that of another clip's window."""

Map = Float[np.ndarray, "H W"]


def uniform_map() -> Map:
    """Return the same value everywhere: AUC is 0.5 by definition, NSS and CC are 0."""
    return np.ones((MAP_CELLS, MAP_CELLS))


def centre_map() -> Map:
    """Return a Gaussian at the middle whose standard deviation is half of the map's height."""
    bump = np.exp(-((CENTRES / MAP_CELLS - 0.5) ** 2) / (2 * 0.5**2))
    return bump[:, None] * bump


def training_gaze_map(counts: Int[np.ndarray, " P"], sigma_cells: float) -> Map | None:
    """Return where the wearers of the training clips looked, smoothed; None if nobody did.

    Args:
        counts: gaze points of the training part in each cell.
        sigma_cells: of the Gaussian that each point is made, at its cell's centre.
    """
    if not counts.any():
        return None
    spread = np.exp(-((CENTRES[:, None] - CENTRES) ** 2) / (2 * sigma_cells**2))
    smoothed: Map = spread @ counts.reshape(MAP_CELLS, MAP_CELLS) @ spread
    return smoothed


def draw_partners(names: Sequence[str], sessions: Sequence[str], seed: int) -> dict[str, str]:
    """Return for each clip another one, drawn by the seed from the clips of other sessions.

    In a set of one session they are drawn from its other clips; a single clip has no partner.
    """
    generator = np.random.default_rng(seed)
    owners, partners = np.array(sessions), {}
    for row, name in enumerate(names):
        others = np.flatnonzero(owners != owners[row])
        if not len(others):
            others = np.delete(np.arange(len(names)), row)
        if len(others):
            partners[name] = names[int(generator.choice(others))]
    return partners


def in_place_of(own: ClipMaps, other: ClipMaps) -> ClipMaps:
    """Return the other clip's maps as if they were of one's own windows.

    Window m of M has the maps of the other clip's window floor(m M' / M) of M': of the same moment
    in the course of a clip.
    """
    num_windows, num_others = len(own.maps), len(other.maps)
    chosen = np.arange(num_windows) * num_others // num_windows
    return replace(own, maps=other.maps[chosen])
