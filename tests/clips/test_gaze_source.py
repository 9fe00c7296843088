import numpy as np
import pytest

from pipeline.clips.gaze_source import GazeSourceError, draw_partners, make_gaze_source
from pipeline.clips.params import GazeSupervisionConfig
from pipeline.clips.store import ClipStore

FRAMES = np.arange(4)


def source(packed, name, clips=(0, 2), **options):
    config = GazeSupervisionConfig(source=name, frames_per_second=4.0, **options)
    return make_gaze_source(config, ClipStore(packed.clips_dir, "rgb"), list(clips), seed=3)


def test_real_gaze_is_the_clips_own(packed):
    points, valid = source(packed, "real")(2, FRAMES)
    assert np.allclose(points[:, 0], [0.04, 0.05, 0.06, 0.07])
    assert valid.tolist() == [True, False, True, True]


def test_shuffled_gaze_is_another_clips(packed):
    assert np.allclose(source(packed, "shuffled")(0, FRAMES)[0][:, 0], [0.04, 0.05, 0.06, 0.07])
    assert np.allclose(source(packed, "shuffled")(2, FRAMES)[0][:, 0], [0, 0.01, 0.02, 0.03])


def test_a_shorter_partner_starts_over(packed):
    points, _ = source(packed, "shuffled", clips=(0, 1))(0, np.array([8, 9, 10]))
    assert np.allclose(points[:, 0], [0.33, 0.25, 0.26])


def test_shifted_gaze_comes_later_in_a_circle_within_the_clip(packed):
    points, _ = source(packed, "shifted", shift_seconds=1.5)(0, np.array([0, 1, 19]))
    assert np.allclose(points[:, 0], [0.06, 0.07, 0.05])


def test_a_clip_as_long_as_the_shift_is_not_given_its_own_gaze(packed):
    points, _ = source(packed, "shifted", shift_seconds=5.0)(0, np.array([0, 1]))
    assert np.allclose(points[:, 0], [0.10, 0.11])


@pytest.mark.parametrize(("name", "is_valid"), [("centre", True), ("none", False)])
def test_made_gaze_reads_nothing(packed, name, is_valid):
    made = source(packed, name)
    for path in packed.clips_dir.iterdir():
        path.unlink()
    points, valid = made(0, FRAMES)
    assert valid.tolist() == [is_valid] * 4
    assert (points == 0.5 * is_valid).all()


@pytest.mark.parametrize("num_clips", range(2, 9))
def test_every_clip_gets_another_and_each_is_given_once(num_clips):
    clips = list(range(10, 10 + num_clips))
    partners = draw_partners(clips, seed=0)
    assert sorted(partners) == sorted(partners.values()) == clips
    assert all(clip != other for clip, other in partners.items())


def test_another_seed_exchanges_otherwise():
    assert draw_partners(range(20), seed=0) == draw_partners(range(20), seed=0)
    assert draw_partners(range(20), seed=0) != draw_partners(range(20), seed=1)


def test_one_clip_has_nothing_to_exchange():
    with pytest.raises(GazeSourceError, match="found 1"):
        draw_partners([5], seed=0)
