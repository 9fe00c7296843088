import numpy as np
import pytest

from pipeline.clips.sampling import windows
from pipeline.evaluation.protocol import window_weights


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
    seen = windows(num_frames, length, stride)
    scores = np.random.default_rng(num_frames).normal(size=len(seen))
    expected = slow_clip_score(seen.tolist(), num_frames, scores)
    assert window_weights(seen, num_frames, "frames") @ scores == pytest.approx(expected)


@pytest.mark.parametrize("average", ["frames", "windows"])
def test_weights_sum_to_one(average):
    assert window_weights(windows(45, 16, 8), 45, average).sum() == pytest.approx(1)


def test_a_window_moved_back_weighs_less_than_an_end_window_alone():
    weights = window_weights(windows(25, 16, 8), 25, "frames")
    assert weights[0] > weights[1]
    assert weights[2] < 1 / 3


def test_windows_of_equal_weight_are_the_released_codes_average():
    weights = window_weights(windows(25, 16, 8), 25, "windows")
    assert weights.tolist() == [1 / 3] * 3
