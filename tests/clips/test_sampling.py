import numpy as np
import pytest

from pipeline.clips.sampling import draw_frames, windows


@pytest.mark.parametrize(
    ("num_frames", "length", "stride", "starts"),
    [
        (16, 16, 8, [0]),
        (17, 16, 8, [0, 1]),
        (24, 16, 8, [0, 8]),
        (25, 16, 8, [0, 8, 9]),
        (32, 16, 8, [0, 8, 16]),
        (10, 4, 5, [0, 5, 6]),
    ],
)
def test_windows_end_at_the_last_frame(num_frames, length, stride, starts):
    found = windows(num_frames, length, stride)
    assert found.tolist() == [list(range(start, start + length)) for start in starts]


@pytest.mark.parametrize("num_frames", [1, 3])
def test_a_short_clip_is_one_window_that_repeats_its_last_frame(num_frames):
    (window,) = windows(num_frames, 5, 2)
    assert window.tolist() == [*range(num_frames), *[num_frames - 1] * (5 - num_frames)]


@pytest.mark.parametrize("num_frames", range(5, 40))
def test_windows_leave_no_frame_out(num_frames):
    assert np.array_equal(np.unique(windows(num_frames, 5, 4)), np.arange(num_frames))


def test_drawn_frames_are_consecutive_and_every_start_occurs():
    generator = np.random.default_rng(0)
    drawn = np.stack([draw_frames(7, 4, generator) for _ in range(100)])
    assert (np.diff(drawn, axis=1) == 1).all()
    assert set(drawn[:, 0]) == {0, 1, 2, 3}


def test_a_short_clip_is_drawn_whole_and_repeats_its_last_frame():
    assert draw_frames(3, 5, np.random.default_rng(0)).tolist() == [0, 1, 2, 2, 2]
