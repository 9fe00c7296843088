import numpy as np
import pytest

from pipeline.clips.crop import Crop
from pipeline.clips.view import View, view_gaze, view_images


def ramp(channels=3):
    """Two images whose levels grow by 10 a column, 60 from top to bottom."""
    rows, columns = np.mgrid[:7, :12]
    image = (10 * columns + 10 * rows).astype(np.uint8)
    return np.repeat(np.stack([image, image + 50])[..., None], channels, axis=-1)


def test_a_view_without_a_size_is_cut_alone():
    seen = view_images(ramp(), View(Crop(2, 3, 4, 5), None, is_mirrored=False), "rgb")
    assert np.array_equal(seen, ramp()[:, 2:6, 3:8])


def test_a_rectangle_is_resized_bilinearly_to_a_square():
    seen = view_images(ramp(), View(Crop(1, 2, 4, 8), 4, is_mirrored=False), "rgb")
    # columns 2 and 3 become one of their mean; rows stay
    expected = 10 * (np.arange(2, 10, 2) + 0.5) + 10 * np.arange(1, 5)[:, None]
    assert np.array_equal(seen[0, ..., 0], expected)
    assert np.array_equal(seen[1, ..., 2], expected + 50)


def test_resized_flow_keeps_its_two_channels_and_its_levels():
    images = np.stack([np.full((1, 7, 12), 90), np.full((1, 7, 12), 140)], axis=-1)
    view = View(Crop(0, 0, 6, 9), 3, is_mirrored=False)
    seen = view_images(images.astype(np.uint8), view, "flow")
    assert (seen == [90, 140]).all()
    assert seen.shape == (1, 3, 3, 2)


def test_a_mirrored_flow_changes_the_sign_of_x_after_resizing():
    images = np.full((1, 7, 12, 2), 90, np.uint8)
    seen = view_images(images, View(Crop(0, 0, 6, 9), 3, is_mirrored=True), "flow")
    assert (seen == [166, 90]).all()


@pytest.mark.parametrize("is_mirrored", [False, True])
def test_gaze_keeps_its_place_in_a_resized_view(is_mirrored):
    images = np.zeros((1, 24, 40, 3), np.uint8)
    images[0, 10:12, 18:22] = 255  # centred at (20, 11) of (40, 24)
    view = View(Crop(4, 8, 16, 32), 16, is_mirrored)
    points = np.array([[20 / 40, 11 / 24]], np.float32)
    moved, valid = view_gaze(points, np.array([True]), view, 24, 40)
    rows, columns = np.nonzero(view_images(images, view, "rgb")[0, ..., 0])
    centre = ((columns.mean() + 0.5) / 16, (rows.mean() + 0.5) / 16)
    assert np.allclose(moved[0], centre)
    assert valid.all()
