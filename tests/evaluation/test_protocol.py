import numpy as np
import pytest

from pipeline.evaluation.protocol import (
    ProtocolError,
    centre_crop,
    window_frames,
    window_weights,
)


def slow_windows(num_frames, length, stride):
    if num_frames <= length:
        return [[min(step, num_frames - 1) for step in range(length)]]
    starts = []
    start = 0
    while start + length < num_frames:
        starts.append(start)
        start += stride
    starts.append(num_frames - length)
    return [[start + step for step in range(length)] for start in starts]


def slow_clip_score(windows, num_frames, scores):
    frame_scores = []
    for frame in range(num_frames):
        covering = [score for window, score in zip(windows, scores, strict=True) if frame in window]
        if covering:
            frame_scores.append(sum(covering) / len(covering))
    return sum(frame_scores) / len(frame_scores)


@pytest.mark.parametrize("num_frames", [1, 2, 15, 16, 17, 23, 24, 25, 32, 40, 97])
def test_windows_are_those_of_a_plain_walk(num_frames):
    assert window_frames(num_frames, 16, 8).tolist() == slow_windows(num_frames, 16, 8)


@pytest.mark.parametrize("num_frames", [17, 24, 25, 31, 100])
def test_the_last_window_ends_at_the_last_frame(num_frames):
    assert window_frames(num_frames, 16, 8)[-1].tolist() == list(range(num_frames - 16, num_frames))


def test_a_short_clip_repeats_its_last_frame():
    assert window_frames(3, 6, 2).tolist() == [[0, 1, 2, 2, 2, 2]]


@pytest.mark.parametrize("num_frames", [1, 5, 16, 17, 24, 29, 63])
@pytest.mark.parametrize(("length", "stride"), [(16, 8), (16, 5), (4, 7)])
def test_weights_give_the_mean_over_frames_of_the_mean_over_covering_windows(
    num_frames, length, stride
):
    windows = window_frames(num_frames, length, stride)
    scores = np.random.default_rng(num_frames).normal(size=len(windows))
    expected = slow_clip_score(windows.tolist(), num_frames, scores)
    assert window_weights(windows, num_frames, "frames") @ scores == pytest.approx(expected)


@pytest.mark.parametrize("average", ["frames", "windows"])
def test_weights_sum_to_one(average):
    windows = window_frames(45, 16, 8)
    assert window_weights(windows, 45, average).sum() == pytest.approx(1)


def test_a_window_moved_back_weighs_less_than_an_end_window_alone():
    weights = window_weights(window_frames(25, 16, 8), 25, "frames")
    assert weights[0] > weights[1]
    assert weights[2] < 1 / 3


def test_windows_of_equal_weight_are_the_released_codes_average():
    weights = window_weights(window_frames(25, 16, 8), 25, "windows")
    assert weights.tolist() == [1 / 3] * 3


def test_a_clip_without_frames_is_refused():
    with pytest.raises(ProtocolError, match="0 frames"):
        window_frames(0, 16, 8)


def test_the_centre_crop_takes_the_middle():
    images = np.arange(2 * 6 * 9 * 1, dtype=np.uint8).reshape(2, 6, 9, 1)
    assert np.array_equal(centre_crop(images, 4), images[:, 1:5, 2:6])


def test_a_crop_larger_than_the_image_is_refused_with_both_sizes():
    with pytest.raises(ProtocolError, match="5 pixels does not fit stored images of 9 x 4"):
        centre_crop(np.zeros((1, 4, 9, 3), np.uint8), 5)
