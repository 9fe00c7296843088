import numpy as np
import pytest

from pipeline.clips.sampling import windows
from pipeline.evaluation.params import ProtocolConfig
from pipeline.evaluation.protocol import clip_score, protocol_record, window_weights

WINDOWS = {"name": "windows", "frames": 16, "stride": 8}
SEGMENTS = {"name": "segments", "frames": 8}


def slow_clip_score(seen, num_frames, scores):
    frame_scores = []
    for frame in range(num_frames):
        covering = [score for window, score in zip(seen, scores, strict=True) if frame in window]
        if covering:
            frame_scores.append(sum(covering) / len(covering))
    return sum(frame_scores) / len(frame_scores)


@pytest.mark.parametrize("num_frames", [1, 5, 16, 17, 24, 29, 63])
@pytest.mark.parametrize(("length", "stride"), [(16, 8), (16, 5), (4, 7)])
def test_weights_give_the_mean_over_frames_of_the_mean_over_covering_windows(
    num_frames, length, stride
):
    seen = windows(num_frames, length, stride, "move_back")
    scores = np.random.default_rng(num_frames).normal(size=len(seen))
    expected = slow_clip_score(seen.tolist(), num_frames, scores)
    assert window_weights(seen, num_frames, "frames") @ scores == pytest.approx(expected)


@pytest.mark.parametrize("average", ["frames", "windows"])
def test_weights_sum_to_one(average):
    assert window_weights(windows(45, 16, 8, "move_back"), 45, average).sum() == pytest.approx(1)


def test_a_window_moved_back_weighs_less_than_an_end_window_alone():
    weights = window_weights(windows(25, 16, 8, "move_back"), 25, "frames")
    assert weights[0] > weights[1]
    assert weights[2] < 1 / 3


def test_windows_of_equal_weight_are_the_released_codes_average():
    weights = window_weights(windows(25, 16, 8, "move_back"), 25, "windows")
    assert weights.tolist() == [1 / 3] * 3


def protocol(**values):
    return ProtocolConfig.model_validate({"clips": WINDOWS, "crop": 224, **values})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"views": "full"}, "full images have no crop"),
        ({"crop": None}, "all other views need one"),
        ({"clips": SEGMENTS, "average": "frames"}, "found segments; give average: windows"),
        ({"flow_clips": SEGMENTS, "average": "frames"}, "found windows and segments"),
    ],
)
def test_a_protocol_that_contradicts_itself_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        protocol(**values)


def test_flow_may_be_seen_by_other_windows():
    config = protocol(flow_clips=SEGMENTS)
    assert config.of("rgb") == protocol()
    assert config.of("flow") == protocol(clips=SEGMENTS)
    assert protocol().of("flow") == protocol()


def test_the_record_of_a_protocol_says_all_that_shaped_a_number():
    assert protocol_record(protocol(views="ten_crops")) == {
        "clips": WINDOWS | {"stack": 1, "tail": "move_back", "short_clips": "repeat_last"},
        "views": "ten_crops",
        "crop": 224,
        "average": "windows",
        "scores": "logits",
    }


@pytest.mark.parametrize("scores", ["logits", "probabilities"])
def test_a_clips_score_is_the_weighted_mean_over_windows_and_views(scores):
    generator = np.random.default_rng(0)
    logits = (3 * generator.standard_normal((3, 2, 5))).astype(np.float32)
    weights = np.array([0.5, 0.2, 0.3])
    expected = np.zeros(5)
    for window, weight in zip(logits.astype(np.float64), weights, strict=True):
        for row in window:
            value = row if scores == "logits" else np.exp(row) / np.exp(row).sum()
            expected += weight / 2 * value
    found = clip_score(logits, weights, scores)
    if scores == "probabilities":
        assert np.exp(found).sum() == pytest.approx(1)
        found = np.exp(found)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_mean_probability_near_zero_stays_a_finite_score():
    logits = np.array([[[0.0, -300.0]]], np.float32)
    np.testing.assert_allclose(clip_score(logits, np.ones(1), "probabilities"), [0, -300])
