import numpy as np
import pytest
import torch

from pipeline.evaluation.explain import ClipMaps
from pipeline.frame_maps.merge import FrameMaps, merge_windows, same_for_all
from pipeline.gaze_metrics.enlarge import MAP_CELLS, enlarge, enlarge_rows


def slow_value(one: np.ndarray, row: int, column: int, cells: int) -> float:
    """Return one cell of a map that is brought to ``cells`` x ``cells``: bilinear, clamped."""
    total = 0.0
    for (i, j), value in np.ndenumerate(one):
        weight = 1.0
        for place, index, size in ((row, i, one.shape[0]), (column, j, one.shape[1])):
            at = min(max((place + 0.5) * size / cells, 0.5), size - 0.5)
            weight *= max(0.0, 1.0 - abs(at - (index + 0.5)))
        total += weight * value
    return total


def test_some_of_the_frames_have_the_maps_that_they_have_among_all(generator):
    own = generator.random((3, 3, 5))
    of_frames = FrameMaps(own, np.array([0, 2, 2, 1, 0]), np.ones(5, bool))
    maps, which = enlarge_rows(of_frames, slice(1, 4))
    np.testing.assert_array_equal(maps[which], enlarge(own[[2, 2, 1]]))
    assert len(maps) == 2


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 7), (4, 14)])
def test_enlarging_is_bilinear_between_the_cells_centres(size, generator):
    maps = generator.random((2, *size))
    found = enlarge(maps)
    for row, column in [(0, 0), (63, 1), (5, 63), *generator.integers(0, MAP_CELLS, (30, 2))]:
        value = slow_value(maps[1], row, column, MAP_CELLS)
        assert found[1, row, column] == pytest.approx(value, rel=1e-9)
    tensor = torch.from_numpy(maps)[None]
    shape = (MAP_CELLS, MAP_CELLS)
    theirs = torch.nn.functional.interpolate(tensor, shape, mode="bilinear", align_corners=False)
    np.testing.assert_allclose(found, theirs[0].numpy(), rtol=1e-9)


def test_a_mirrored_map_enlarges_to_the_mirrored_map(generator):
    maps = generator.random((2, 5, 6))
    np.testing.assert_allclose(enlarge(maps[:, :, ::-1]), enlarge(maps)[:, :, ::-1], rtol=1e-12)


def test_ties_stay_ties(generator):
    values = generator.random(4).astype(np.float32)
    windows = np.tile(values[:, None, None, None], (1, 2, 7, 7))
    seen = ClipMaps(np.tile(np.arange(9), (4, 1)), windows, 56)
    maps, _ = enlarge_rows(merge_windows(seen, np.arange(9)), slice(0, 9))
    assert (maps == maps[:, :1, :1]).all()


def test_a_map_of_64_cells_stays_as_it_is(generator):
    one = generator.random((MAP_CELLS, MAP_CELLS))
    maps, which = enlarge_rows(same_for_all(one, np.arange(5)), slice(1, 4))
    np.testing.assert_array_equal(maps, one[None])
    assert which.tolist() == [0, 0, 0]
