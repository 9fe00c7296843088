import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from pipeline.gaze_metrics.detection import (
    NUM_LEVELS,
    Threshold,
    choose_threshold,
    detect,
    f1_curves,
    to_levels,
)
from pipeline.gaze_metrics.gaze_maps import is_near, list_labels


def named(one: np.ndarray, level: int) -> np.ndarray:
    """Return the cells of a map at and above a level, from the definition."""
    span = one.max() - one.min()
    scaled = (one - one.min()) / span if span else np.zeros_like(one)
    return np.floor(100 * scaled) >= level


@pytest.mark.parametrize("level", [0, 1, 37, 100])
def test_f1_precision_and_recall_are_those_of_the_named_cells(maps, points, level):
    truth = is_near(points, 7.5)
    found = detect(to_levels(maps), np.arange(len(maps)), list_labels(truth), level)
    for number, (one, label) in enumerate(zip(maps, truth, strict=True)):
        expected = precision_recall_fscore_support(
            label.ravel(), named(one, level).ravel(), average="binary", zero_division=0
        )
        values = [found[name][number] for name in ("precision", "recall", "f1")]
        np.testing.assert_allclose(values, expected[:3], rtol=1e-12)


def test_the_curve_has_f1_at_every_level(maps, points):
    labels, which = list_labels(is_near(points, 7.5)), np.arange(len(maps))
    curves = f1_curves(to_levels(maps), which, labels)
    assert curves.shape == (len(maps), NUM_LEVELS)
    for level in range(NUM_LEVELS):
        f1 = detect(to_levels(maps), which, labels, level)["f1"]
        np.testing.assert_allclose(curves[:, level], f1, rtol=1e-12)


def test_frames_that_share_a_map_are_measured_by_it(maps, points):
    which, labels = np.array([4, 4, 0, 7, 7]), list_labels(is_near(points[:5], 7.5))
    shared = f1_curves(to_levels(maps), which, labels)
    own = f1_curves(to_levels(maps[which]), np.arange(5), labels)
    np.testing.assert_array_equal(shared, own)


def test_a_constant_map_names_all_cells_or_none(points):
    constant = to_levels(np.full((1, 64, 64), 0.4))
    labels = list_labels(is_near(points[:1], 7.5))
    all_cells = detect(constant, np.zeros(1, int), labels, 0)
    assert all_cells["recall"] == [1.0]
    assert all_cells["precision"] == labels.counts / 64**2
    none = detect(constant, np.zeros(1, int), labels, 1)
    assert [none[name][0] for name in ("f1", "precision", "recall")] == [0.0, 0.0, 0.0]


def test_the_threshold_has_the_best_mean_and_of_equals_is_the_lowest():
    curves = [np.zeros(NUM_LEVELS), np.zeros(NUM_LEVELS)]
    curves[0][[3, 40]], curves[1][[3, 40, 90]] = 0.6, [0.4, 0.4, 0.9]
    assert choose_threshold(curves) == Threshold(level=3, clips=2, f1=0.5)
