import numpy as np
import pytest

from pipeline.kitchen.sprite import Sprite, chain, paste, place


@pytest.fixture
def square() -> Sprite:
    image = np.zeros((4, 4, 4), np.float32)
    image[..., 0], image[..., 3] = 100.0, 0.5
    return Sprite(image, origin=(0.0, 0.0), pixels_per_unit=1.0)


def test_a_half_transparent_sprite_lets_half_of_the_frame_through(square):
    frame = np.full((12, 15, 3), 80.0, np.float32)
    paste(frame, square, place(np.array([6.0, 3.0]), 1.0, 0.0))
    assert frame[4, 8].tolist() == [140.0, 40.0, 40.0]
    assert frame[4, 5].tolist() == frame[8, 8].tolist() == [80.0, 80.0, 80.0]


@pytest.mark.parametrize("corner", [(-50.0, 3.0), (40.0, 3.0), (3.0, -9.0), (3.0, 99.0)])
def test_a_sprite_out_of_view_changes_nothing(square, corner):
    frame = np.full((12, 15, 3), 80.0, np.float32)
    paste(frame, square, place(np.array(corner), 1.0, 20.0))
    assert (frame == 80.0).all()


def test_a_quarter_turn_takes_right_to_down():
    turned = place(np.array([1.0, 2.0]), 3.0, 90.0) @ np.array([1.0, 0.0, 1.0])
    np.testing.assert_allclose(turned, [1.0, 5.0], atol=1e-12)


def test_chained_maps_act_one_after_the_other():
    inner, outer = place(np.array([1.0, 2.0]), 2.0, 30.0), place(np.array([4.0, -1.0]), 0.5, 75.0)
    point = np.array([0.3, -0.7, 1.0])
    expected = outer @ np.append(inner @ point, 1.0)
    np.testing.assert_allclose(chain(outer, inner) @ point, expected)
