import numpy as np
import pytest

from pipeline.clips.crop import Crop
from pipeline.evaluation.explain import ClipMaps
from pipeline.frame_maps.merge import merge_windows, same_for_all
from pipeline.gaze_metrics import clip as clip_module
from pipeline.gaze_metrics.baselines import uniform_map
from pipeline.gaze_metrics.clip import f1_curve, measure_clip
from pipeline.gaze_metrics.enlarge import enlarge
from pipeline.gaze_metrics.gaze_points import ClipGaze, Picture
from pipeline.gaze_metrics.measure import BETTER, Rules, looks_of, measure, truth_of
from pipeline.gaze_metrics.params import GazeMetricsConfig

CONFIG = GazeMetricsConfig(field_of_view_degrees=60.0)
PICTURE = Picture(12, 20, Crop(0, 4, 12, 12))
NUM_FRAMES = 23


@pytest.fixture
def gaze(generator) -> ClipGaze:
    points = generator.random((NUM_FRAMES, 2))
    points[[4, 5, 6, 7, 22]] += 1.0
    inside = (points <= 1).all(axis=1)
    return ClipGaze(np.arange(NUM_FRAMES), points, inside, generator.random(NUM_FRAMES) < 0.8, {})


@pytest.fixture
def rules(generator) -> Rules:
    return Rules(generator.integers(0, 3, 64 * 64), PICTURE, 60.0)


@pytest.fixture
def seen(generator) -> ClipMaps:
    windows = np.array([np.arange(16), np.arange(5, 21)])  # frames 21 and 22 are not seen
    return ClipMaps(windows, generator.random((2, 4, 3, 3)).astype(np.float32), 12)


def test_a_clips_numbers_are_the_means_over_its_frames_with_gaze_inside(seen, gaze, rules):
    of_frames = merge_windows(seen, gaze.frames)
    found = measure_clip({"attention": of_frames}, gaze, rules, {"attention": 60}, CONFIG)
    values = {name: [] for name in BETTER}
    for frame in np.flatnonzero(gaze.is_inside):
        looks = looks_of(enlarge(of_frames.own_size[of_frames.which[frame]][None]))
        truth = truth_of(gaze.points[frame][None], CONFIG)
        for name, value in measure(looks, np.zeros(1, int), truth, rules, 60).items():
            values[name].append(value[0])
    expected = {name: np.mean(of_frames) for name, of_frames in values.items()}
    assert found["attention"].means == pytest.approx(expected, rel=1e-9)
    assert found["attention"].frames == NUM_FRAMES - 5
    assert found["attention"].borrowed == 1
    assert found["attention"].glc.frames == gaze.is_fixation.sum()


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_how_many_frames_are_measured_at_once_does_not_matter(
    seen, gaze, rules, at_once, monkeypatch
):
    kinds = {"attention": merge_windows(seen, gaze.frames)}
    expected = measure_clip(kinds, gaze, rules, {"attention": 60}, CONFIG)["attention"]
    curve = f1_curve(kinds["attention"], gaze, 7.5)
    monkeypatch.setattr(clip_module, "FRAMES_AT_ONCE", at_once)
    found = measure_clip(kinds, gaze, rules, {"attention": 60}, CONFIG)["attention"]
    assert found.means == pytest.approx(expected.means, rel=1e-9)
    assert found.glc.best() == pytest.approx(expected.glc.best(), rel=1e-9)
    np.testing.assert_allclose(f1_curve(kinds["attention"], gaze, 7.5), curve, rtol=1e-9)


def test_what_cannot_be_taken_is_left_out(seen, gaze):
    kinds = {"attention": merge_windows(seen, gaze.frames)}
    found = measure_clip(kinds, gaze, Rules(None, PICTURE, None), {}, CONFIG)["attention"]
    assert set(found.means) == {"auc_judd", "nss", "kl", "cc", "sim"}


def test_a_uniform_map_has_an_auc_of_a_half(gaze, rules):
    kinds = {"uniform": same_for_all(uniform_map(), gaze.frames)}
    means = measure_clip(kinds, gaze, rules, {}, CONFIG)["uniform"].means
    values = [means[name] for name in ("auc_judd", "auc_shuffled", "nss", "cc")]
    assert values == [0.5, 0.5, 0.0, 0.0]


def test_a_clip_without_gaze_has_no_numbers(seen, rules):
    nothing = ClipGaze(np.zeros(0, int), np.zeros((0, 2)), np.zeros(0, bool), np.zeros(0, bool), {})
    kinds = {"attention": merge_windows(seen, nothing.frames)}
    found = measure_clip(kinds, nothing, rules, {"attention": 60}, CONFIG)["attention"]
    assert (found.frames, dict(found.means), found.glc.frames) == (0, {}, 0)
    assert f1_curve(kinds["attention"], nothing, 7.5) is None


def test_a_clip_whose_gaze_is_all_outside_has_no_numbers_but_glcs(seen, gaze, rules):
    outside = ClipGaze(
        gaze.frames, gaze.points + 2, np.zeros(NUM_FRAMES, bool), gaze.is_fixation, {}
    )
    kinds = {"attention": merge_windows(seen, outside.frames)}
    found = measure_clip(kinds, outside, rules, {"attention": 60}, CONFIG)["attention"]
    assert (found.frames, dict(found.means)) == (0, {})
    assert found.glc.frames == gaze.is_fixation.sum()
    assert found.glc.recall.max() == 0
