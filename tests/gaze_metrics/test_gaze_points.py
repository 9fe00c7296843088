import numpy as np
import pytest

from pipeline.clips.crop import crop_gaze
from pipeline.clips.row import ClipRow
from pipeline.clips.stored import StoredGaze
from pipeline.gaze.samples import ABSENT, BLINK, FIXATION, SACCADE, UNTRACKED
from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.gaze_points import REASONS, cells_of, clip_gaze, count_cells, picture

NAN = (np.nan, np.nan)


def clip_row(num_frames: int, first_gaze: int = 0) -> ClipRow:
    return ClipRow(0, "a", "one", "P1", 0, 0, (), "test", 0, num_frames, 0, 0, 0, first_gaze)


def stored(*frames: tuple[tuple[float, float], int, bool]) -> StoredGaze:
    points, kinds, valid = zip(*frames, strict=True)
    return StoredGaze(
        np.array(points, np.float32), np.array(kinds, np.uint8), np.array(valid, bool)
    )


def test_every_frame_counts_or_is_skipped_for_one_reason():
    gaze = stored(
        ((0.5, 0.5), FIXATION, True),
        ((0.5, 0.4), SACCADE, True),
        ((0.05, 0.5), FIXATION, True),
        (NAN, ABSENT, False),
        (NAN, BLINK, False),
        (NAN, UNTRACKED, False),
        (NAN, FIXATION, False),
        (NAN, SACCADE, False),
    )
    found = clip_gaze(gaze, clip_row(8), picture(12, 20, 12))
    assert found.frames.tolist() == [0, 1, 2]
    assert found.is_inside.tolist() == [True, True, False]
    assert found.is_fixation.tolist() == [True, False, True]
    assert found.skipped == dict(zip(REASONS, (1, 1, 1, 2, 1), strict=True))
    assert found.is_inside.sum() + sum(found.skipped.values()) == 8


def test_a_clips_gaze_starts_at_its_own_row():
    gaze = stored(*[((row / 10, 0.5), FIXATION, True) for row in range(9)])
    found = clip_gaze(gaze, clip_row(3, first_gaze=4), picture(10, 10, None))
    np.testing.assert_allclose(found.points[:, 0], [0.4, 0.5, 0.6], rtol=1e-6)


@pytest.mark.parametrize("crop", [None, 7, 12])
def test_points_are_in_shares_of_the_map_as_training_has_them(crop, generator):
    points = generator.random((50, 2)).astype(np.float32)
    gaze = StoredGaze(points, np.ones(50, np.uint8), generator.random(50) < 0.7)
    seen = picture(12, 20, crop)
    expected, is_kept = crop_gaze(points, gaze.valid, seen.crop, 12, 20)
    found = clip_gaze(gaze, clip_row(50), seen)
    assert found.frames[found.is_inside].tolist() == np.flatnonzero(is_kept).tolist()
    np.testing.assert_allclose(found.points[found.is_inside], expected[is_kept], atol=1e-5)


def test_a_clip_without_gaze_has_no_frames():
    found = clip_gaze(stored(*[(NAN, ABSENT, False)] * 4), clip_row(4), picture(12, 20, 12))
    assert len(found.frames) == len(found.points) == 0
    assert found.skipped["no_sample"] == 4


def test_gaze_on_the_border_is_in_the_outermost_cell(points):
    last = MAP_CELLS - 1
    assert cells_of(points[:4]).tolist() == [
        0,
        MAP_CELLS**2 - 1,
        last * MAP_CELLS,
        MAP_CELLS // 2 * MAP_CELLS + last,
    ]


def test_cells_are_counted_row_by_row():
    counts = count_cells(cells_of(np.array([[0.99, 0.0], [0.99, 0.0], [0.0, 0.02]])))
    assert counts.sum() == 3
    assert (counts[MAP_CELLS - 1], counts[MAP_CELLS]) == (2, 1)
