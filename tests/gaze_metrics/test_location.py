import numpy as np
import pytest
from scipy.stats import zscore
from sklearn.metrics import roc_auc_score

from pipeline.gaze_metrics.distribution import standardise
from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.gaze_points import cells_of, count_cells
from pipeline.gaze_metrics.location import auc_judd, nss, shuffled_auc


def test_auc_judd_is_the_area_of_the_looked_at_cell_against_all_others(maps, points):
    cells = cells_of(points)
    truth = np.eye(MAP_CELLS**2, dtype=int)[cells]
    expected = [roc_auc_score(one, scores.ravel()) for one, scores in zip(truth, maps, strict=True)]
    np.testing.assert_allclose(auc_judd(maps, cells), expected, rtol=1e-12)


def test_a_constant_map_has_an_auc_of_a_half():
    maps = np.full((3, MAP_CELLS, MAP_CELLS), 0.2)
    cells = np.array([0, 77, MAP_CELLS**2 - 1])
    assert auc_judd(maps, cells).tolist() == [0.5] * 3
    assert shuffled_auc(maps, cells, count_cells(cells)).tolist() == [0.5] * 3


def test_shuffled_auc_is_the_area_against_every_gaze_point_of_the_others(maps, points, generator):
    others = generator.random((300, 2)) ** 2
    negatives, cells = cells_of(others), cells_of(points)
    found = shuffled_auc(maps, cells, count_cells(negatives))
    for value, scores, cell in zip(found, maps.reshape(len(maps), -1), cells, strict=True):
        labels = np.append(1, np.zeros(len(negatives)))
        expected = roc_auc_score(labels, scores[np.append(cell, negatives)])
        assert value == pytest.approx(expected, rel=1e-12)


def test_shuffled_auc_is_where_seeded_draws_of_negatives_end(maps, points, generator):
    negatives, cells = cells_of(generator.random((300, 2))), cells_of(points)
    found = shuffled_auc(maps, cells, count_cells(negatives))
    scores = maps.reshape(len(maps), -1)[-1]
    drawn = scores[generator.choice(negatives, 20_000)]
    own = scores[cells[-1]]
    share = (drawn < own).mean() + (drawn == own).mean() / 2
    assert found[-1] == pytest.approx(share, abs=0.02)


def test_what_all_clips_have_in_common_gives_no_shuffled_auc(generator):
    gaze = cells_of(np.clip(generator.normal(0.5, 0.1, (300, 2)), 0, 1))
    rows, columns = np.indices((MAP_CELLS, MAP_CELLS)) - MAP_CELLS / 2
    centre = np.exp(-(rows**2 + columns**2) / 300)
    maps = np.broadcast_to(centre, (300, MAP_CELLS, MAP_CELLS))
    assert auc_judd(maps, gaze).mean() > 0.9
    assert shuffled_auc(maps, gaze, count_cells(gaze)).mean() == pytest.approx(0.5)


def test_nss_is_the_value_in_standard_deviations_above_the_mean(maps, points):
    cells = cells_of(points)
    found = nss(standardise(maps), cells)
    for value, one, cell in zip(found, maps, cells, strict=True):
        constant = one.min() == one.max()
        expected = 0.0 if constant else zscore(one.ravel())[cell]
        assert value == pytest.approx(expected, rel=1e-9)
