from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from prediction.fakes import fake_networks
from prediction.films import frame_times, turn, write_film
from prediction.made_run import NAMES

from pipeline.frames.size import Size
from pipeline.gaze.frames import empty_gaze
from pipeline.prediction.film import Film
from pipeline.prediction.overlay.draw import (
    Look,
    Overlay,
    Told,
    picture_size,
    segment_maps,
    share,
)
from pipeline.prediction.overlay.encode import open_pictures
from pipeline.prediction.overlay.panel import BARS, PANEL_HEIGHT, TRACK, Caption, draw_panel
from pipeline.prediction.watch import Pace, Spectator, watch


class Kept:
    """Stands in for a file: keeps the pictures."""

    def __init__(self):
        self.pictures, self.times = [], []

    def add(self, picture, time):
        self.pictures.append(picture)
        self.times.append(time)


def look(gaze=None, gaze_start=0):
    return Look(NAMES, {"rgb": 28}, "softmax", 1.0, gaze, gaze_start)


def drawn(path, networks, *, gaze=None, gaze_start=0, pace=None):
    """Return the overlay's pictures and times, and the predictions."""
    kept = Kept()
    overlay = Overlay(kept, look(gaze, gaze_start))
    pace = pace or Pace(0.5, 0.25, None)
    told = []
    with Film(path) as film:
        for prediction in watch(film, networks, pace, Spectator(picture_size, overlay.see)):
            overlay.tell(prediction)
            told.append(prediction)
        overlay.end()
    return kept, told


def bar_lengths(picture):
    """Return how many pixels of each bar are lit, by row, as a person would measure it."""
    panel = picture[-PANEL_HEIGHT:].astype(int)
    rows = [34 + row * 26 + 12 for row in range(5)]
    lit = [BARS[0], *[BARS[1]] * 4]
    return [
        int((np.abs(panel[row, 300:550] - colour).sum(axis=1) < 30).sum())
        for row, colour in zip(rows, lit, strict=True)
    ]


@pytest.mark.parametrize(
    "pace", [Pace(0.5, 0.25, None), Pace(0.2, 0.5, None), Pace(9.0, 9.0, None)]
)
def test_every_frame_is_drawn_once_at_its_own_time(tmp_path, pace):
    times = [0.0, 0.1, 0.15, 0.8, 0.85, 1.4, 1.41]
    path = write_film(tmp_path / "a.mp4", 7, times=times)
    kept, _ = drawn(path, fake_networks(), pace=pace)
    np.testing.assert_allclose(kept.times, times, atol=1e-4)


@pytest.mark.parametrize("stride", [0.1, 0.2, 1.5, 9.0])
def test_only_one_and_a_half_segments_of_frames_wait_however_wide_the_stride(tmp_path, stride):
    kept, seen, waiting = Kept(), [], []
    overlay = Overlay(kept, look())

    def see(frame):
        overlay.see(frame)
        seen.append(frame.time)
        waiting.append(len(seen) - len(kept.times))

    with Film(write_film(tmp_path / "a.mp4", 96)) as film:
        spectator = Spectator(picture_size, see)
        for told in watch(film, fake_networks(), Pace(0.5, stride, None), spectator):
            overlay.tell(told)
    overlay.end()
    assert kept.times == seen
    assert max(waiting) <= 1.5 * 0.5 * 24 + 2


def test_far_segments_are_mixed_for_one_length_before_the_later_middle():
    maps = np.ones((1, 2, 2))
    early, late = (
        Told(middle, 0.5, np.eye(6)[row], [0], maps, "rgb", "attention")
        for row, middle in enumerate((1.0, 9.0))
    )
    times = np.array([0.5, 1.0, 8.4, 8.5, 8.75, 9.0, 9.5])
    np.testing.assert_allclose([share(t, early, late) for t in times], [0, 0, 0, 0, 0.5, 1, 1])
    near = replace(late, middle=1.25)
    np.testing.assert_allclose([share(t, early, near) for t in (1.0, 1.125, 1.25)], [0, 0.5, 1])


def test_a_written_overlay_shows_each_frame_when_the_video_does(tmp_path):
    times = [0.0, 0.1, 0.15, 0.8, 0.85, 2.4]
    path = write_film(tmp_path / "a.mp4", 6, times=times)
    overlay_path = tmp_path / "overlay.mp4"
    with open_pictures(overlay_path, 24.0) as writer:
        overlay = Overlay(writer, look())
        with Film(path) as film:
            spectator = Spectator(picture_size, overlay.see)
            for told in watch(film, fake_networks(), Pace(0.5, 0.5, None), spectator):
                overlay.tell(told)
        overlay.end()
    np.testing.assert_allclose(frame_times(overlay_path), times, atol=1e-3)


def test_pictures_are_large_even_and_keep_the_aspect():
    for width, height in ((64, 48), (1920, 1080), (1081, 1921), (51, 37), (4000, 100)):
        shown = picture_size(Size(width, height))
        assert shown.width % 2 == shown.height % 2 == 0
        assert max(shown.width, shown.height) <= 1280
        assert shown.width / shown.height == pytest.approx(width / height, rel=0.05)
    assert picture_size(Size(64, 48)) == Size(640, 480)
    assert picture_size(Size(1080, 1920)) == Size(480, 854)


def test_a_turned_video_is_drawn_upright(tmp_path):
    path = turn(write_film(tmp_path / "a.mp4", 3, size=(64, 40)))
    kept, _ = drawn(path, fake_networks())
    assert kept.pictures[0].shape == (768 + PANEL_HEIGHT, 480, 3)


def test_bars_are_as_long_as_the_confidences(tmp_path):
    path = write_film(tmp_path / "a.mp4", 24)
    kept, told = drawn(path, fake_networks(), pace=Pace(9.0, 9.0, None))
    expected = np.sort(told[0].confidences)[::-1][:5]
    lengths = np.array(bar_lengths(kept.pictures[5]))
    full = 640 - 16 - 52 - round(640 * 0.45)
    # the measured stretch begins 12 pixels into the bars
    np.testing.assert_allclose(lengths, np.clip(expected * full - 12, 0, 250), atol=3)


def test_classes_change_smoothly_between_two_segments(tmp_path):
    networks = fake_networks()
    path = write_film(tmp_path / "a.mp4", 48)
    kept, told = drawn(path, networks, pace=Pace(0.5, 0.5, None))
    assert len(told) > 2
    lengths = np.array([bar_lengths(picture)[0] for picture in kept.pictures])
    assert np.abs(np.diff(lengths)).max() <= 25


def test_a_segments_maps_reach_from_nought_to_one(tmp_path):
    _, told = drawn(write_film(tmp_path / "a.mp4", 9), fake_networks())
    maps = segment_maps(told[0])
    assert maps.shape == (9, 28, 28)
    assert (maps.min(), maps.max()) == (0, 1)
    assert segment_maps(replace(told[0], maps=None)) is None


def test_without_attention_the_picture_is_the_video(tmp_path):
    path = write_film(tmp_path / "a.mp4", 3)
    plain, _ = drawn(path, fake_networks(has_maps=False))
    heated, _ = drawn(path, fake_networks())
    corner = plain.pictures[0][:20, :20].astype(int)
    assert np.abs(heated.pictures[0][:20, :20] - 0.45 * corner).mean() < 2
    assert corner.mean() > 40


def test_gaze_is_drawn_where_the_frame_has_a_point(tmp_path):
    gaze = replace(empty_gaze(20))
    gaze.points[11] = (0.25, 0.75)
    gaze.valid[11] = True
    path = write_film(tmp_path / "a.mp4", 4)
    with_gaze, _ = drawn(path, fake_networks(), gaze=gaze, gaze_start=10)
    without, _ = drawn(path, fake_networks(), gaze=empty_gaze(20), gaze_start=10)
    changed = [
        (one != other).any(axis=2)[:480]
        for one, other in zip(with_gaze.pictures, without.pictures, strict=True)
    ]
    assert [bool(one.any()) for one in changed] == [False, True, False, False]
    rows, columns = np.nonzero(changed[1])
    assert (columns.mean() / 640, rows.mean() / 480) == pytest.approx((0.25, 0.75), abs=0.01)


def test_a_recording_that_ends_before_the_video_leaves_the_rest_without_a_ring(tmp_path):
    kept, _ = drawn(write_film(tmp_path / "a.mp4", 5), fake_networks(), gaze=empty_gaze(2))
    assert len(kept.pictures) == 5


def test_the_line_above_the_panel_is_as_long_as_the_video_is_over():
    confidences = np.full(6, 1 / 6)
    panel = draw_panel(640, Caption(1.0, 0.25, "words"), NAMES, confidences)
    lit = (panel[1] == BARS[0]).all(axis=1)
    assert lit.sum() == 160
    assert (panel[1][~lit] == TRACK).all()


def test_long_names_and_narrow_panels_stay_inside():
    names = ["Compress sandwich with the back of a wooden spoon,bread,cheese"] * 6
    for width in (480, 640, 1280):
        panel = draw_panel(width, Caption(4000.0, None, "w" * 200), names, np.full(6, 1 / 6))
        assert panel.shape == (PANEL_HEIGHT, width, 3)
        between = panel[40:, round(width * 0.45) - 12 : round(width * 0.45) - 1]
        assert between.max() < 60


def test_maps_are_mixed_between_segments(tmp_path):
    kept, _ = drawn(write_film(tmp_path / "a.mp4", 40), fake_networks())
    steps = [
        np.abs(later[:480].astype(int) - earlier[:480]).mean()
        for earlier, later in pairwise(kept.pictures)
    ]
    assert max(steps) < 4 * np.median(steps)
