import numpy as np
import pytest

from pipeline.flow.stabilise import remove_motion

MOTION = np.array([[1.01, 0.02, 2.3], [-0.015, 0.99, -1.6], [1e-4, -5e-5, 1.0]])


@pytest.fixture
def pairs() -> np.ndarray:
    rng = np.random.default_rng(0)
    x, y = np.meshgrid(np.arange(37.0), np.arange(29.0))
    waves = [np.sin(x / a + p) * np.cos(y / b) for a, b, p in rng.uniform(2, 5, (4, 3))]
    images = np.stack(waves).reshape(2, 2, 29, 37)  # (N, 2, H, W)
    return np.rint(120.0 + 100.0 * images).astype(np.uint8)


def positions(homography: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y (H, W) of where each of the pixels goes, in OpenCV's steps of 1/32."""
    x, y = np.meshgrid(np.arange(37.0), np.arange(29.0))
    ends = np.tensordot(homography, np.stack([x, y, np.ones_like(x)]), axes=1)
    return np.rint(32 * ends[0] / ends[2]) / 32, np.rint(32 * ends[1] / ends[2]) / 32


def warp_slowly(pair: np.ndarray, homography: np.ndarray) -> np.ndarray:
    """Return the second frame at the mapped positions, the first frame's pixel outside of it."""
    x, y = positions(homography)
    left, top = (np.clip(np.floor(a), 0, n - 2).astype(int) for a, n in ((x, 37), (y, 29)))
    right, below = x - left, y - top
    second = pair[1].astype(float)
    upper = (1 - right) * second[top, left] + right * second[top, left + 1]
    lower = (1 - right) * second[top + 1, left] + right * second[top + 1, left + 1]
    is_inside = (x >= 0) & (x <= 36) & (y >= 0) & (y <= 28)
    return np.where(is_inside, (1 - below) * upper + below * lower, pair[0])


def test_the_second_frame_is_seen_at_the_mapped_positions(pairs):
    steady = remove_motion(pairs, np.stack([MOTION, np.linalg.inv(MOTION)]))
    for pair, given, homography in zip(steady, pairs, (MOTION, np.linalg.inv(MOTION)), strict=True):
        np.testing.assert_array_equal(pair[0], given[0])
        assert np.abs(pair[1] - warp_slowly(given, homography)).max() <= 2.5


def test_positions_that_the_second_frame_does_not_show_keep_the_first_frames_pixels(pairs):
    away = np.array([[1.0, 0, 20.5], [0, 1, 0], [0, 0, 1]])
    steady = remove_motion(pairs[:1], away[None])
    np.testing.assert_array_equal(steady[0, 1, :, 16:], pairs[0, 0, :, 16:])
    assert (steady[0, 1, :, :15] != pairs[0, 0, :, :15]).mean() > 0.9


def test_only_pairs_with_a_motion_change_and_the_given_ones_never(pairs):
    kept = pairs.copy()
    steady = remove_motion(pairs, np.stack([np.eye(3), MOTION]))
    np.testing.assert_array_equal(pairs, kept)
    np.testing.assert_array_equal(steady[0], kept[0])
    assert (steady[1] != kept[1]).any()
