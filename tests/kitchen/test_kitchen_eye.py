import numpy as np
import pytest

from pipeline.kitchen.eye import EyeEvent, EyeTrack, Tracker, watch

NUM_FRAMES = 2400
ACTED_ON, DISTRACTOR = (0.4, 0.6), (0.9, 0.1)


@pytest.fixture
def track() -> EyeTrack:
    attractors = np.stack([np.tile(place, (NUM_FRAMES, 1)) for place in (ACTED_ON, DISTRACTOR)])
    tracker = Tracker(blinks=0.2, losses=0.1, dropped=0.1, frame_jitter=0.35)
    return watch(attractors, tracker, np.random.default_rng(2))


def test_thirty_samples_a_second_less_the_dropped_ones(track):
    assert len(track.seconds) == pytest.approx(0.9 * NUM_FRAMES * 30 / 24, rel=0.03)


def test_frames_never_step_backward_and_some_have_no_sample(track):
    assert (np.diff(track.frame) >= 0).all()
    assert 0.75 < len(np.unique(track.frame)) / NUM_FRAMES < 0.97
    assert np.abs(track.frame - track.seconds * 24).max() < 3.0


def test_every_event_occurs_and_fixations_are_the_most(track):
    counts = np.bincount(track.event)
    assert len(counts) == len(EyeEvent)
    assert counts.argmax() == EyeEvent.FIXATION


def test_most_fixations_rest_on_the_action_and_some_elsewhere(track):
    fixations = track.point[track.event == EyeEvent.FIXATION]
    away = np.linalg.norm(fixations - ACTED_ON, axis=1)
    assert 0.7 < (away < 0.1).mean() < 0.95
    is_outside = ((fixations < 0) | (fixations > 1)).any(axis=1)
    assert 0 < is_outside.mean() < 0.1
