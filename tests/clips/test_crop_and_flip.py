import numpy as np
import pytest

from pipeline.clips.crop import Crop, CropError, centre_crop, crop_gaze, crop_images, draw_crop
from pipeline.clips.flip import flip_flow, flip_gaze, flip_rgb
from pipeline.flow.quantize import quantize


def some_levels(channels: int) -> np.ndarray:
    return np.random.default_rng(0).integers(1, 256, (3, 5, 6, channels), np.uint8)


@pytest.mark.parametrize(
    ("height", "width", "side", "corner"), [(240, 320, 224, (8, 48)), (7, 9, 4, (1, 2))]
)
def test_the_centre_crop_leaves_an_odd_pixel_right_and_down(height, width, side, corner):
    crop = centre_crop(height, width, side)
    assert (crop.top, crop.left) == corner


def test_every_place_of_a_crop_occurs_and_none_outside():
    generator = np.random.default_rng(0)
    drawn = {(crop.top, crop.left) for crop in (draw_crop(5, 6, 4, generator) for _ in range(200))}
    assert drawn == {(top, left) for top in range(2) for left in range(3)}


@pytest.mark.parametrize("size", [(10, 30), (30, 10)])
def test_a_crop_larger_than_the_images_says_what_to_change(size):
    with pytest.raises(CropError, match=r"lower the recipe's crop, or raise frames\.size"):
        centre_crop(*size, 11)


def test_gaze_keeps_its_pixel_when_cut():
    images = np.zeros((1, 12, 20, 1), np.uint8)
    images[0, 7, 13] = 1
    points = np.array([[13.5 / 20, 7.5 / 12]], np.float32)
    crop = Crop(top=4, left=9, height=8, width=8)
    moved, valid = crop_gaze(points, np.array([True]), crop, 12, 20)
    column, row = (moved[0] * 8).astype(int)
    assert crop_images(images, crop)[0, row, column] == 1
    assert valid.all()


@pytest.mark.parametrize("point", [(0.4, 0.5), (0.9, 0.5), (0.5, 0.1), (0.6, 0.99), (np.nan, 0.5)])
def test_gaze_outside_the_crop_is_invalid_and_zero(point):
    points = np.array([point], np.float32)
    moved, valid = crop_gaze(points, np.array([True]), Crop(3, 9, 8, 8), 12, 20)
    assert not valid.any()
    assert (moved == 0).all()


def test_gaze_is_in_shares_of_the_rectangles_own_sides():
    points = np.array([[0.5, 0.5]], np.float32)
    moved, _ = crop_gaze(points, np.array([True]), Crop(top=3, left=5, height=4, width=8), 12, 20)
    assert moved.tolist() == [[5 / 8, 3 / 4]]


def test_invalid_gaze_stays_invalid_inside_the_crop():
    points = np.full((1, 2), 0.5, np.float32)
    assert not crop_gaze(points, np.array([False]), Crop(0, 0, 12, 12), 12, 20)[1].any()


def test_flipping_twice_is_nothing():
    rgb, flow = some_levels(3), some_levels(2)
    points = np.random.default_rng(0).random((4, 2), np.float32)
    assert np.array_equal(flip_rgb(flip_rgb(rgb)), rgb)
    assert np.array_equal(flip_flow(flip_flow(flow)), flow)
    assert np.allclose(flip_gaze(flip_gaze(points)), points)


def test_still_flow_stays_still_and_y_keeps_its_level():
    flow = np.full((1, 2, 3, 2), 128, np.uint8)
    flow[..., 1] = 7
    assert np.array_equal(flip_flow(flow), flow)


def test_the_lowest_level_becomes_the_highest():
    assert flip_flow(np.zeros((1, 1, 1, 2), np.uint8))[..., 0] == 255


def test_flipped_flow_is_within_a_level_of_the_negated_motion():
    flow = np.zeros((1, 1, 4001, 2), np.float32)
    flow[0, 0, :, 0] = np.random.default_rng(0).uniform(-21, 21, 4001)
    flipped = flip_flow(quantize(flow, 20.0))[:, :, ::-1]
    negated = quantize(flow * np.array([-1, 1], np.float32), 20.0)
    assert np.abs(flipped.astype(int) - negated).max() == 1


def test_flipping_flow_does_not_change_what_was_read():
    flow = some_levels(2)
    before = flow.copy()
    flip_flow(flow)
    assert np.array_equal(flow, before)
