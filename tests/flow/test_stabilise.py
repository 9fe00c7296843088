import cv2
import numpy as np
import pytest
from flow.kitchen_truth import corner_error

from pipeline.flow.stabilise import estimate_motion, remove_motion

SIZE = (240, 320)
IDENTITY = np.eye(3)


def texture(height: int, width: int, seed: int) -> np.ndarray:
    """Return coloured blobs of many sizes, as pictures have them, RGB."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((height, width, 3)).astype(np.float32)
    picture = sum(size * cv2.GaussianBlur(noise, (0, 0), size) for size in (1.5, 4.0, 10.0, 25.0))
    return cv2.normalize(picture, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def turn(degrees: float, shift: tuple[float, float], tilt: float = 0.0) -> np.ndarray:
    """Return a map that turns about the picture's middle, shifts, and tilts the plane."""
    height, width = SIZE
    rotation = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.01)
    rotation[:, 2] += shift
    return np.array([[1, 0, 0], [0, 1, 0], [tilt, 0.5 * tilt, 1]]) @ np.vstack(
        [rotation, [0.0, 0.0, 1.0]]
    )


def see(scene: np.ndarray, motion: np.ndarray) -> np.ndarray:
    """Return the middle of a scene, 100 pixels wider on each side, after a motion of the camera."""
    margin = np.array([[1, 0, -100], [0, 1, -100], [0, 0, 1.0]])
    whole = motion @ margin
    return cv2.warpPerspective(scene, whole, SIZE[::-1], flags=cv2.INTER_CUBIC)


@pytest.fixture(scope="module")
def scene() -> np.ndarray:
    return texture(SIZE[0] + 200, SIZE[1] + 200, seed=0)


@pytest.mark.parametrize(
    "motion",
    [
        turn(0.3, (1.4, -0.6)),
        turn(-4.0, (9.3, 12.1), tilt=2e-5),
        turn(2.0, (-65.0, 30.0)),
    ],
    ids=["sway", "turn", "sweep"],
)
def test_a_known_motion_is_found(scene, motion):
    found = estimate_motion(np.stack([see(scene, IDENTITY), see(scene, motion)]))
    assert found.is_found.all()
    assert found.num_inliers[0] > 100
    assert corner_error(found.homographies, motion[None], SIZE)[0] < 0.1


def test_the_background_wins_over_what_fills_two_fifths_of_the_picture_and_drifts(scene):
    thing = texture(160, 200, seed=1)
    images = np.stack([see(scene, IDENTITY), see(scene, turn(0.2, (0.7, 0.2)))])
    images[0, 40:200, 60:260] = thing
    drift = np.array([[1, 0, 0.5], [0, 1, 0.4]])
    images[1, 40:200, 60:260] = cv2.warpAffine(thing, drift, (200, 160), borderMode=1)
    found = estimate_motion(images)
    assert corner_error(found.homographies, turn(0.2, (0.7, 0.2))[None], SIZE)[0] < 0.15


def test_a_pair_has_the_same_map_alone_and_in_any_block(scene):
    motions = [turn(0.4 * k, (2.0 * k, -k)) for k in range(4)]
    images = np.stack([see(scene, motion) for motion in motions])
    whole = estimate_motion(images)
    again = estimate_motion(images)
    np.testing.assert_array_equal(whole.homographies, again.homographies)
    for pair in range(3):
        alone = estimate_motion(images[pair : pair + 2])
        np.testing.assert_array_equal(alone.homographies[0], whole.homographies[pair])


def test_a_still_pair_is_found_still_and_keeps_every_bit(scene):
    image = see(scene, IDENTITY)
    found = estimate_motion(np.stack([image, image]))
    assert found.is_found.all()
    np.testing.assert_array_equal(found.homographies[0], IDENTITY)
    pairs = np.stack([image[..., 0], image[..., 0]])[None]
    np.testing.assert_array_equal(remove_motion(pairs, found.homographies), pairs)


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (16, 16), (17, 31), (5, 400)])
def test_a_picture_without_room_for_corners_has_no_map(size):
    images = np.random.default_rng(0).integers(0, 255, (3, *size, 3), dtype=np.uint8)
    found = estimate_motion(images)
    assert not found.is_found.any()
    assert (found.num_inliers == 0).all()
    np.testing.assert_array_equal(found.homographies, np.tile(IDENTITY, (2, 1, 1)))


@pytest.mark.parametrize("noise", [0.0, 1.0, 2.0, 5.0, 30.0])
@pytest.mark.parametrize("size", [(64, 86), (240, 320)])
def test_a_bare_wall_has_no_map_however_noisy_the_camera(size, noise):
    rng = np.random.default_rng(0)
    images = 128.0 + noise * rng.standard_normal((5, *size, 3))
    assert not estimate_motion(np.clip(images, 0, 255).astype(np.uint8)).is_found.any()


def test_stripes_which_fit_any_motion_along_them_have_no_map():
    stripes = np.tile(np.arange(320) // 8 % 2 * 200, (3, 240, 1)).astype(np.uint8)
    images = np.stack([np.roll(stripe, 3 * k, axis=1) for k, stripe in enumerate(stripes)])
    assert not estimate_motion(np.repeat(images[..., None], 3, axis=-1)).is_found.any()


def test_two_scenes_have_no_map(scene):
    images = np.stack([see(scene, IDENTITY), texture(*SIZE, seed=7)])
    assert not estimate_motion(images).is_found.any()


def test_no_pairs_give_no_motion():
    found = estimate_motion(np.zeros((1, 48, 64, 3), np.uint8))
    assert found.homographies.shape == (0, 3, 3)
    assert len(found.num_inliers) == len(found.is_found) == 0
    assert remove_motion(np.zeros((0, 2, 48, 64), np.uint8), found.homographies).shape[0] == 0
