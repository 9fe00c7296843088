import math

import numpy as np

from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.gaze_maps import gaze_distributions, is_near, list_labels


def squared_distance(point: np.ndarray, row: int, column: int) -> float:
    x, y = (float(share) * MAP_CELLS for share in point)
    return (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2


def test_a_gaze_map_is_a_gaussian_around_the_point_that_sums_to_one(points):
    found = gaze_distributions(points, 3.2)
    np.testing.assert_allclose(found.sum(axis=(1, 2)), 1.0, rtol=1e-12)
    for point, one in zip(points, found, strict=True):
        bumps = [
            math.exp(-squared_distance(point, *divmod(cell, MAP_CELLS)) / (2 * 3.2**2))
            for cell in range(MAP_CELLS**2)
        ]
        np.testing.assert_allclose(one.ravel(), np.array(bumps) / sum(bumps), rtol=1e-9)


def test_the_cells_whose_centre_is_near_count_as_looked_at(points):
    found = is_near(points, 7.5)
    for point, one in zip(points, found, strict=True):
        expected = [
            squared_distance(point, *divmod(cell, MAP_CELLS)) <= 7.5**2
            for cell in range(MAP_CELLS**2)
        ]
        assert one.ravel().tolist() == expected


def test_every_gaze_has_a_label_at_the_smallest_radius(points):
    assert (list_labels(is_near(points, 1.0)).counts > 0).all()


def test_a_list_of_labels_names_the_true_cells(points):
    is_label = is_near(points, 2.0)
    labels = list_labels(is_label)
    again = np.zeros((len(points), MAP_CELLS**2), bool)
    again[labels.frames, labels.cells] = True
    np.testing.assert_array_equal(again.reshape(is_label.shape), is_label)
    assert labels.counts.tolist() == is_label.sum(axis=(1, 2)).tolist()
