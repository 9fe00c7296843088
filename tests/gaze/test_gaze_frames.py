import numpy as np
import pytest

from pipeline.gaze.frames import empty_gaze, is_filled, resample_gaze
from pipeline.gaze.samples import ABSENT, BLINK, FIXATION, SACCADE, UNTRACKED, GazeSamples

KINDS = ("fixation", "saccade")


def samples_of(*rows):
    """Make samples from rows of (x, y, frame, kind)."""
    x, y, frame, kind = zip(*rows, strict=True)
    return GazeSamples(
        time_us=np.arange(len(rows), dtype=np.int64),
        x=np.array(x, np.float64),
        y=np.array(y, np.float64),
        frame=np.array(frame, np.int64),
        kind=np.array(kind, np.uint8),
        num_declared=None,
    )


def resample(*rows, num_frames=0, frame_base=0, valid_kinds=KINDS, fill_frames=0):
    return resample_gaze(
        samples_of(*rows),
        num_frames=num_frames,
        frame_base=frame_base,
        valid_kinds=valid_kinds,
        fill_frames=fill_frames,
    )


def test_three_samples_of_a_frame_weigh_the_same():
    gaze = resample((0.1, 0.2, 0, FIXATION), (0.2, 0.4, 0, FIXATION), (0.6, 0.9, 0, FIXATION))
    np.testing.assert_allclose(gaze.points, [[0.3, 0.5]], rtol=1e-6)


def test_a_blink_neither_moves_a_frame_nor_names_it():
    gaze = resample((0.5, 0.5, 0, SACCADE), (0.0, 0.0, 0, BLINK))
    assert gaze.points.tolist() == [[0.5, 0.5]]
    assert gaze.kind.tolist() == [SACCADE]


def test_the_last_usable_sample_names_the_frame():
    gaze = resample((0.5, 0.5, 0, SACCADE), (0.5, 0.5, 0, FIXATION), (0.5, 1.5, 0, SACCADE))
    assert gaze.kind.tolist() == [FIXATION]


def test_the_last_sample_names_a_frame_without_a_usable_one():
    gaze = resample((0.0, 0.0, 0, BLINK), (0.0, 0.0, 0, UNTRACKED))
    assert (gaze.kind.tolist(), gaze.valid.tolist()) == ([UNTRACKED], [False])


def test_a_frame_without_a_sample_is_absent_and_never_filled():
    gaze = resample((0.1, 0.1, 0, FIXATION), (0.3, 0.3, 2, FIXATION))
    assert gaze.kind.tolist() == [FIXATION, ABSENT, FIXATION]
    assert gaze.valid.tolist() == [True, False, True]
    assert np.isnan(gaze.points[1]).all()


@pytest.mark.parametrize("x", [-0.01, 1.01, np.inf])
def test_a_fixation_off_the_image_keeps_its_kind_and_is_neither_in_range_nor_valid(x):
    gaze = resample((x, 0.5, 0, FIXATION))
    assert gaze.kind.tolist() == [FIXATION]
    assert not gaze.in_range[0]
    assert not gaze.valid[0]
    assert np.isnan(gaze.points).all()


def test_the_image_border_is_on_the_image():
    assert resample((0.0, 1.0, 0, FIXATION)).valid.tolist() == [True]


def test_a_nan_position_is_not_valid_whatever_its_kind():
    gaze = resample((np.nan, 0.5, 0, FIXATION), (0.5, 0.5, 1, FIXATION))
    assert gaze.valid.tolist() == [False, True]


def test_a_backward_step_puts_each_sample_into_its_own_frame():
    gaze = resample((0.1, 0.1, 0, FIXATION), (0.2, 0.2, 2, FIXATION), (0.3, 0.3, 1, FIXATION))
    np.testing.assert_allclose(gaze.points[:, 0], [0.1, 0.3, 0.2], rtol=1e-6)


def test_the_frame_base_is_the_trackers_number_of_frame_0():
    rows = [(0.1, 0.1, 1, FIXATION), (0.2, 0.2, 2, FIXATION)]
    assert resample(*rows, frame_base=0).valid.tolist() == [False, True, True]
    assert resample(*rows, frame_base=1).valid.tolist() == [True, True]
    assert resample(*rows, frame_base=2).valid.tolist() == [True]
    assert resample(*rows, frame_base=-1).valid.tolist() == [False, False, True, True]


def test_rows_reach_to_the_later_end_of_clips_and_recording():
    assert len(resample((0.1, 0.1, 4, FIXATION), num_frames=2).valid) == 5
    assert len(resample((0.1, 0.1, 4, FIXATION), num_frames=9).valid) == 9


def test_kinds_that_are_not_asked_for_are_not_valid():
    gaze = resample((0.1, 0.1, 0, FIXATION), (0.2, 0.2, 1, SACCADE), valid_kinds=("fixation",))
    assert gaze.valid.tolist() == [True, False]


def test_a_short_gap_is_bridged_by_a_straight_line_when_asked():
    rows = [(0.0, 0.8, 0, FIXATION), (0.0, 0.0, 2, BLINK), (0.4, 0.0, 4, FIXATION)]
    gaze = resample(*rows, fill_frames=3)
    np.testing.assert_allclose(gaze.points[:, 0], [0, 0.1, 0.2, 0.3, 0.4], atol=1e-6)
    np.testing.assert_allclose(gaze.points[:, 1], [0.8, 0.6, 0.4, 0.2, 0], atol=1e-6)
    assert gaze.kind.tolist() == [FIXATION, ABSENT, BLINK, ABSENT, FIXATION]
    assert is_filled(gaze, KINDS).tolist() == [False, True, True, True, False]


@pytest.mark.parametrize("fill_frames", [0, 2])
def test_a_gap_longer_than_asked_stays_open(fill_frames):
    rows = [(0.0, 0.0, 0, FIXATION), (0.4, 0.4, 4, FIXATION)]
    gaze = resample(*rows, fill_frames=fill_frames)
    assert gaze.valid.tolist() == [True, False, False, False, True]


def test_a_gap_in_which_the_eye_was_off_the_image_stays_open():
    rows = [(0.9, 0.5, 0, FIXATION), (1.2, 0.5, 1, FIXATION), (0.9, 0.5, 2, FIXATION)]
    assert resample(*rows, fill_frames=5).valid.tolist() == [True, False, True]


def test_the_ends_of_a_recording_are_never_filled():
    gaze = resample((0.5, 0.5, 2, FIXATION), num_frames=5, fill_frames=9)
    assert gaze.valid.tolist() == [False, False, True, False, False]


def test_a_session_without_gaze_is_absent_everywhere():
    gaze = empty_gaze(3)
    assert gaze.kind.tolist() == [ABSENT] * 3
    assert not gaze.valid.any()
    assert np.isnan(gaze.points).all()


def test_valid_frames_are_exactly_those_with_a_point_on_the_image():
    generator = np.random.default_rng(0)
    rows = zip(
        generator.uniform(-0.5, 1.5, 200),
        generator.uniform(-0.5, 1.5, 200),
        generator.integers(0, 90, 200),
        generator.integers(1, 5, 200),
        strict=True,
    )
    gaze = resample(*rows, num_frames=100)
    assert (gaze.valid == np.isfinite(gaze.points).all(axis=1)).all()
    assert (gaze.points[gaze.valid] >= 0).all()
    assert (gaze.points[gaze.valid] <= 1).all()
    assert gaze.in_range[gaze.valid].all()
