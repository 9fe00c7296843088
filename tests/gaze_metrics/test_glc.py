import numpy as np
import pytest
from gaze_metrics.slow_glc import slow_label, slow_scores

from pipeline.gaze_metrics.distribution import as_distributions
from pipeline.gaze_metrics.gaze_maps import list_labels
from pipeline.gaze_metrics.glc import GlcSums, add_sums, glc_scores, glc_sums, is_glc_label

OUTSIDE = [(-0.05, 0.5), (1.12, 0.5), (1.13, 0.5), (1.5, 0.4), (0.3, -0.2)]


def sums(maps: np.ndarray, points: np.ndarray) -> GlcSums:
    labels = list_labels(is_glc_label(points))
    return glc_sums(as_distributions(maps), np.arange(len(maps)), labels)


def heavy_tailed(generator: np.random.Generator, count: int) -> np.ndarray:
    """Return maps with many values within the thresholds, 0 to 0.02 of their highest."""
    return generator.random((count, 64, 64)) ** 8


def test_a_label_is_where_their_gaussian_is_above_its_bound(points):
    every = np.concatenate([points, OUTSIDE])
    expected = [slow_label(point) for point in every]
    np.testing.assert_array_equal(is_glc_label(every), expected)


def test_the_best_threshold_is_that_of_a_loop(maps, points, generator):
    for chosen in (maps, heavy_tailed(generator, len(points))):
        found = sums(chosen, points).best()
        frames = list(zip(as_distributions(chosen), points, strict=True))
        expected = dict(
            zip(("f1", "recall", "precision", "threshold"), slow_scores(frames), strict=True)
        )
        assert found == pytest.approx(expected, rel=1e-9)


def test_a_fixation_far_outside_counts_as_found_nowhere(generator):
    found = sums(heavy_tailed(generator, 1), np.array([[1.5, 0.4]]))
    assert found.frames == 1
    assert found.recall.max() == found.precision.max() == 0


def test_f1_of_batches_is_the_mean_of_their_own_best(generator):
    points = generator.random((9, 2))
    maps = heavy_tailed(generator, 9)
    clips = [sums(maps[rows], points[rows]) for rows in (slice(0, 2), slice(2, 5), slice(5, 9))]
    frames = list(zip(as_distributions(maps), points, strict=True))
    batches = [slow_scores(frames[:5])[:3], slow_scores(frames[5:])[:3]]
    expected = (5 * np.array(batches[0]) + 4 * np.array(batches[1])) / 9
    found = glc_scores(clips, batch_clips=2)
    assert found["chosen_on"] == "test"
    values = [found["batches"][name] for name in ("f1", "recall", "precision")]
    np.testing.assert_allclose(values, expected, rtol=1e-9)
    assert found["whole"]["f1"] == pytest.approx(slow_scores(frames)[0], rel=1e-9)


def test_smaller_batches_choose_more_thresholds_and_so_never_lower_the_sum(generator):
    clips = [sums(heavy_tailed(generator, 3), generator.random((3, 2))) for _ in range(8)]
    each, whole = glc_scores(clips, 1), glc_scores(clips, 8)
    assert each["batches"]["count"] == 8
    assert whole["batches"]["f1"] == pytest.approx(whole["whole"]["f1"])
    assert each["batches"]["f1"] != pytest.approx(whole["batches"]["f1"], rel=1e-6)


def test_clips_without_a_fixation_have_no_score():
    assert glc_scores([add_sums([]), add_sums([])], 12) is None
    assert glc_scores([], 12) is None
