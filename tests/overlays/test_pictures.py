import cv2
import numpy as np
import pytest

from pipeline.evaluation.explain import ClipMaps
from pipeline.frames.size import Size
from pipeline.overlays.pictures import (
    draw_gaze,
    encode_jpeg,
    lay_over,
    maps_of_frames,
    overlay,
    resize_to_width,
    scale_to_one,
    seen_part,
)


def test_every_frame_has_its_map():
    maps = np.random.default_rng(0).random((1, 3, 2, 5), np.float32)
    attention = ClipMaps(np.array([[2, 6, 9]]), maps, crop=8)
    found = maps_of_frames(attention, np.array([9, 6, 5, 2, 2]))
    np.testing.assert_array_equal(found, maps[0, [2, 1, 1, 0, 0]])


def test_a_map_of_the_whole_image_lies_over_all_of_it():
    image = np.full((8, 14, 3), 120, np.uint8)
    assert np.array_equal(overlay(image, np.zeros((2, 2)), crop=None), image)
    assert (overlay(image, np.ones((2, 2)), crop=None) != 120).all()


def test_scaled_maps_span_zero_to_one():
    scaled = scale_to_one(np.random.default_rng(0).normal(size=(2, 3, 4)))
    assert (scaled.min(), scaled.max()) == (0, 1)


def test_a_constant_map_points_nowhere():
    assert not scale_to_one(np.full((2, 3, 4), 0.7)).any()


def test_heat_lies_where_the_map_is_high_within_the_crop():
    image = np.full((8, 14, 3), 120, np.uint8)
    attention = np.zeros((2, 2))
    attention[0, 1] = 1  # top right
    changed = np.abs(overlay(image, attention, crop=8).astype(int) - 120).sum(axis=2)[:, 3:11]
    assert np.unravel_index(changed.argmax(), changed.shape)[0] < 4
    assert np.unravel_index(changed.argmax(), changed.shape)[1] >= 4


def test_what_the_crop_cuts_off_is_dimmed_and_the_rest_without_attention_is_not():
    image = np.full((8, 14, 3), 120, np.uint8)
    laid = overlay(image, np.zeros((2, 2)), crop=8)
    assert (laid[:, 3:11] == 120).all()
    assert (laid[:, :3] < 120).all()
    assert (laid[:, 11:] < 120).all()


@pytest.mark.parametrize("point", [(0.25, 0.75), (0.5, 0.5), (0.9, 0.1)])
def test_the_gaze_ring_is_centred_on_the_point(point):
    drawn = draw_gaze(np.zeros((90, 120, 3), np.uint8), np.array(point))
    y, x = np.nonzero(drawn.sum(axis=2))
    centre = ((x.min() + x.max() + 1) / 2 / 120, (y.min() + y.max() + 1) / 2 / 90)
    assert centre == pytest.approx(point, abs=0.01)


def test_a_point_beyond_the_image_draws_nothing_and_fails_nowhere():
    image = np.zeros((20, 30, 3), np.uint8)
    assert not draw_gaze(image, np.array([3.0, -2.0])).any()


def test_resizing_keeps_the_aspect():
    assert resize_to_width(np.zeros((30, 40, 3), np.uint8), 100).shape == (75, 100, 3)


def test_a_jpeg_keeps_red_red():
    red = np.zeros((16, 16, 3), np.uint8)
    red[:, :, 0] = 200
    encoded = np.frombuffer(encode_jpeg(red, 95), np.uint8)
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB)
    np.testing.assert_allclose(decoded, red, atol=4)


def test_the_part_that_was_seen_grows_with_the_picture():
    stored = Size(86, 64)
    assert seen_part(stored, 56, stored) == (slice(4, 60), slice(15, 71))
    assert seen_part(stored, 56, Size(172, 128)) == (slice(8, 120), slice(30, 142))
    assert seen_part(stored, None, Size(172, 128)) == (slice(0, 128), slice(0, 172))


def test_a_map_lies_over_a_larger_picture_as_over_the_stored_one():
    attention = np.random.default_rng(0).random((4, 4))
    small, large = (np.full((height, 2 * height, 3), 120, np.uint8) for height in (32, 128))
    on_small = overlay(small, attention, crop=24)
    on_large = lay_over(large, attention, seen_part(Size(64, 32), 24, Size(256, 128)))
    shrunk = cv2.resize(on_large, (64, 32), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - on_small).mean() < 3
