import cv2
import numpy as np
import pytest

from benchmarks.flow.kitchen import render_kitchen_pairs
from benchmarks.flow.motion import Motion, Speeds, draw_motion
from benchmarks.flow.sampling import pixel_grid, sample_bicubic
from benchmarks.flow.scenes import (
    CATMULL_ROM,
    MARGIN_PIXELS,
    SPEEDS,
    Layer,
    draw_frame,
    draw_layers,
    draw_pairs,
    find_truth,
)
from benchmarks.flow.textures import OVERSAMPLING, draw_texture

SIZE = (80, 112)


def shift_by(x: float, y: float) -> Motion:
    still = np.zeros((1, 2))
    return Motion(np.array([x, y]), np.zeros(2), 0.0, 0.0, still, still, np.zeros(1))


def textures(rng, count: int) -> list[np.ndarray]:
    return [draw_texture(rng, *(side + 2 * MARGIN_PIXELS for side in SIZE)) for _ in range(count)]


@pytest.mark.parametrize("name", SPEEDS)
def test_a_drawn_motion_keeps_to_its_sets_speeds_and_can_be_inverted(name):
    speeds, centre, radius = SPEEDS[name], np.array([56.0, 40.0]), 36.0
    grid = pixel_grid(*SIZE)
    inside = grid[np.linalg.norm(grid - centre, axis=-1) <= radius]
    for seed in range(5):
        motion = draw_motion(np.random.default_rng(seed), speeds, centre, radius)
        moved = motion.displacement(inside)
        found = np.linalg.norm(moved, axis=-1)
        assert found.min() >= speeds.slowest
        assert found.max() <= speeds.fastest
        np.testing.assert_allclose(motion.invert(inside + moved), inside, atol=1e-6)


def warp_back(name: str, blur_pixels: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the second frame at x + w is from the first at x, and how far at x."""
    rng = np.random.default_rng(3)
    painted = [cv2.GaussianBlur(texture, (0, 0), blur_pixels) for texture in textures(rng, 3)]
    layers = draw_layers(rng, SPEEDS[name], painted, SIZE)
    first, second = (draw_frame(layers, SIZE, is_moved=moved) for moved in (False, True))
    truth = find_truth(layers, SIZE)
    assert truth.is_scored.mean() > 0.3
    back = sample_bicubic(second, pixel_grid(*SIZE) + truth.flow, CATMULL_ROM)
    return np.abs(back - first)[truth.is_scored], np.abs(second - first)[truth.is_scored]


@pytest.mark.parametrize("name", SPEEDS)
def test_the_second_frame_warped_back_is_the_first_where_scored(name):
    errors, unwarped = warp_back(name, blur_pixels=0.01)
    assert errors.mean() < 0.7  # of 255, what bicubic interpolation of one frame costs
    assert np.percentile(errors, 99) < 4
    assert unwarped.mean() > 8 * errors.mean()


@pytest.mark.parametrize("name", SPEEDS)
def test_smooth_layers_warp_back_exactly(name):
    errors, unwarped = warp_back(name, blur_pixels=6.0)
    assert np.percentile(errors, 95) < 0.05  # pixels beside another layer interpolate over its edge
    assert unwarped.mean() > 100 * np.median(errors)


def test_what_a_layer_comes_to_hide_is_not_scored_and_what_it_bares_is():
    rng = np.random.default_rng(0)
    ground, cover = textures(rng, 2)
    place = pixel_grid(*ground.shape) / OVERSAMPLING - MARGIN_PIXELS
    is_covered = (np.abs(place - (50, 40)) <= (15, 10)).all(axis=-1)  # x 35 to 65, y 30 to 50
    layers = [
        Layer(ground, np.ones_like(ground), shift_by(0, 1)),
        Layer(cover, is_covered.astype(np.float32), shift_by(12, 0)),
    ]
    truth = find_truth(layers, SIZE)
    np.testing.assert_array_equal(truth.flow[40, 50], [12, 0])
    np.testing.assert_array_equal(truth.flow[40, 20], [0, 1])
    scored = truth.is_scored[40]
    assert scored[37:63].all()  # the cover
    assert not scored[67:76].any()  # where it goes
    assert scored[80:100].all()
    assert scored[10:33].all()
    assert not truth.is_scored[:, :4].any()


def test_a_pair_depends_on_the_seed_and_its_number_alone():
    one, three = (draw_pairs("medium", count, SIZE, {}, 7) for count in (1, 2))
    np.testing.assert_array_equal(one[0].images, three[0].images)
    assert (three[1].images != three[0].images).mean() > 0.5
    assert (draw_pairs("medium", 1, SIZE, {}, 8)[0].images != one[0].images).mean() > 0.5


def test_a_still_is_the_background_of_every_second_pair():
    shape = [OVERSAMPLING * (side + 2 * MARGIN_PIXELS) for side in SIZE]
    pairs = draw_pairs("small", 2, SIZE, {"black.mp4": np.zeros(shape, np.float32)}, 1)
    corners = [pair.images[0][4:12, 4:12].mean() for pair in pairs]
    assert corners[0] > 30
    assert corners[1] < 2


def test_kitchen_pairs_are_neighbouring_frames():
    pairs = render_kitchen_pairs(2, (48, 64), 1)
    for pair in pairs:
        first, second = pair.images.astype(float)
        assert first.shape == (48, 64)
        assert 0 < np.abs(first - second).mean() < 0.5 * first.std()
    assert (pairs[0].images != pairs[1].images).any()


def test_an_empty_range_of_speeds_is_one_shift():
    motion = draw_motion(np.random.default_rng(1), Speeds(3, 3), np.zeros(2), 10.0)
    moved = motion.displacement(pixel_grid(4, 5))
    np.testing.assert_allclose(np.linalg.norm(moved, axis=-1), 3)
    np.testing.assert_allclose(moved, np.broadcast_to(moved[0, 0], moved.shape))
