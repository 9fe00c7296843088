"""Warp flow against the truth: kitchen clips whose head and hands move in a known way."""

from dataclasses import dataclass

import numpy as np
import pytest
from flow.kitchen_truth import KnownClip, corner_error, known_clip

from pipeline.flow.backends import BACKENDS
from pipeline.flow.grey import grey_pairs
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS
from pipeline.flow.stabilise import estimate_motion, remove_motion
from pipeline.kitchen.params import KitchenParams

pytestmark = pytest.mark.slow
CLIPS = ((0, 0), (1, 3), (2, 6), (3, 16), (5, 15))
"""Session and clip: taking, opening, putting, cutting and stirring."""
EVERY = 4
"""Of the pairs, one in so many is solved."""


@dataclass(frozen=True)
class Seen:
    """Flow of some pairs of all clips: on still background, and against the truth on the arms.

    Args:
        background: lengths of flow vectors.
        hand_error: distances from the arms' own motion.
    """

    background: np.ndarray
    hand_error: np.ndarray


def clips_at(width: int, height: int, size: str, folder) -> list[KnownClip]:
    params = KitchenParams(
        seed=1,
        verbs=7,
        nouns=4,
        clips=420,
        imbalance=3.0,
        subjects=6,
        sessions=12,
        height=height,
        width=width,
        min_frames=24,
        max_frames=44,
    )
    return [known_clip(params, session, clip, size, folder) for session, clip in CLIPS]


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> list[KnownClip]:
    """Return clips at the size of the paper recipe."""
    return clips_at(320, 240, "320x240", tmp_path_factory.mktemp("large"))


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> list[KnownClip]:
    """Return clips as the demo recipe has them."""
    return clips_at(192, 144, "86x64", tmp_path_factory.mktemp("small"))


def look(clips: list[KnownClip], maps: list[np.ndarray] | None) -> Seen:
    background, hand_error = [], []
    for number, clip in enumerate(clips):
        some = np.s_[::EVERY]
        pairs = grey_pairs(clip.images)[some]
        if maps is not None:
            pairs = remove_motion(pairs, maps[number][some])
        flow = BACKENDS["numba"].compute(pairs, PRESETS["wide"], SEMANTICS["opencv_cpu"], 1)
        background.append(np.linalg.norm(flow, axis=-1)[clip.is_background[some]])
        away = np.linalg.norm(flow - clip.hand_motion[some], axis=-1)
        hand_error.append(away[clip.is_hand[some]])
    return Seen(np.concatenate(background), np.concatenate(hand_error))


def found_maps(clips: list[KnownClip]) -> list[np.ndarray]:
    motions = [estimate_motion(clip.images) for clip in clips]
    assert all(motion.is_found.all() for motion in motions)
    return [motion.homographies for motion in motions]


def errors_of(clip: KnownClip, images: np.ndarray) -> np.ndarray:
    found = estimate_motion(images).homographies
    return corner_error(found, clip.homographies, images.shape[1:3])


def test_before_the_video_is_coded_corners_are_a_tenth_of_a_pixel_from_the_truth(large):
    for clip in large:
        errors = errors_of(clip, clip.drawn)
        assert np.median(errors) < 0.1
        assert errors.max() < 0.2


@pytest.mark.parametrize(("clips", "limit"), [("large", 0.5), ("small", 0.2)])
def test_the_codec_which_moves_still_things_costs_some_of_that(clips, limit, request):
    for clip in request.getfixturevalue(clips):
        assert np.median(errors_of(clip, clip.images)) < limit


def test_on_large_frames_the_background_is_five_times_stiller_and_the_hands_are_nearer(large):
    plain, warped = look(large, None), look(large, found_maps(large))
    assert np.median(plain.background) > 5.0 * np.median(warped.background)
    assert plain.hand_error.mean() > 1.5 * warped.hand_error.mean()


def test_on_small_frames_it_is_stiller_than_the_true_motion_would_make_it(small):
    """A head of the demo moves by 0.23 pixels, and the codec moves what stands still by 0.05."""
    plain, warped = look(small, None), look(small, found_maps(small))
    true = look(small, [clip.homographies for clip in small])
    assert np.median(plain.background) > 4.0 * np.median(warped.background)
    assert np.median(warped.background) < np.median(true.background)
    assert plain.hand_error.mean() > 1.2 * warped.hand_error.mean()
