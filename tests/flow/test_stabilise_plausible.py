import numpy as np
import pytest

from pipeline.flow.stabilise.consensus import Consensus
from pipeline.flow.stabilise.features import Matches, spread_corners
from pipeline.flow.stabilise.plausible import (
    are_enough,
    corner_shift,
    is_plausible,
    is_supported,
)

SIZE = (90, 120)


def matches(points: np.ndarray, num_corners: int) -> Matches:
    points = points.astype(np.float32)
    return Matches(points, points, num_corners)


@pytest.mark.parametrize(
    ("homography", "expected"),
    [
        (np.eye(3), True),
        (np.array([[1, 0, 40.0], [0, 1, 0], [0, 0, 1]]), True),
        (np.array([[1, 0, 50.0], [0, 1, 0], [0, 0, 1]]), False),  # beyond half the height
        (np.diag([1.2, 1.2, 1.0]), True),
        (np.diag([1.3, 1.3, 1.0]), False),  # larger by 1.69
        (np.diag([-1.0, 1.0, 1.0]), False),  # mirrored
        (np.array([[1, 0, 0], [0, 1, 0], [-0.01, 0, 1.0]]), False),  # the right side behind us
    ],
)
def test_a_head_shifts_the_picture_by_less_than_half_and_hardly_zooms(homography, expected):
    assert is_plausible(homography.astype(float), SIZE) is expected


def test_the_shift_is_that_of_the_corner_that_moves_most():
    stretched = np.diag([1.0, 1.1, 1.0])
    assert corner_shift(stretched, SIZE) == pytest.approx(8.9, abs=1e-4)


@pytest.mark.parametrize(
    ("num_matches", "num_corners", "expected"),
    [(50, 60, False), (51, 60, True), (100, 251, False), (100, 250, True)],
)
def test_enough_matches_are_fifty_and_two_fifths_of_the_corners(num_matches, num_corners, expected):
    assert are_enough(matches(np.zeros((num_matches, 2)), num_corners)) is expected


@pytest.mark.parametrize(
    ("width", "num_inliers", "expected"), [(100, 60, True), (100, 25, False), (30, 60, False)]
)
def test_inliers_are_many_and_span_a_quarter_of_the_picture(width, num_inliers, expected):
    points = np.random.default_rng(0).uniform((5, 5), (5 + width, 85), (60, 2))
    is_inlier = np.arange(60) < num_inliers
    consensus = Consensus(np.eye(3), is_inlier)
    assert bool(is_supported(matches(points, 60), consensus, SIZE)) is expected


def test_corners_are_spread_however_strong_those_of_one_place_are():
    rng = np.random.default_rng(0)
    image = rng.integers(120, 130, (240, 320), dtype=np.uint8)
    image[100:140, 100:140] = rng.integers(0, 255, (40, 40), dtype=np.uint8)
    corners = spread_corners(image)
    in_the_patch = ((corners >= 100) & (corners < 140)).all(axis=1)
    assert len(corners) > 200
    assert in_the_patch.sum() <= 16
    assert (corners >= 2).all()
    assert (corners < (318, 238)).all()
