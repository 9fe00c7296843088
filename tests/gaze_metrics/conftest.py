"""Random and degenerate maps and gaze for the metrics' tests."""

import numpy as np
import pytest

from pipeline.gaze_metrics.enlarge import MAP_CELLS

BORDER_POINTS = [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.5), (0.5, 0.0), (0.5, 0.5)]


def degenerate_maps(generator: np.random.Generator) -> np.ndarray:
    """Return maps that are easy to get wrong: constant, empty, one cell, ties, a ramp."""
    size = (MAP_CELLS, MAP_CELLS)
    one_cell, corner = np.zeros(size), np.zeros(size)
    one_cell[20, 31] = 0.7
    corner[-1, -1] = 1e-9
    ties = generator.integers(0, 4, size).astype(np.float64)
    ramp = np.arange(float(MAP_CELLS**2)).reshape(size)
    return np.stack([np.zeros(size), np.full(size, 0.3), one_cell, corner, ties, ramp])


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def maps(generator) -> np.ndarray:
    """Return a degenerate map for each point of the border, and random ones."""
    random = generator.random((5, MAP_CELLS, MAP_CELLS))
    return np.concatenate([degenerate_maps(generator), random])


@pytest.fixture
def points(generator) -> np.ndarray:
    """Return gaze on the map's border and in its middle, and random gaze."""
    return np.concatenate([np.array(BORDER_POINTS), generator.random((5, 2))])
