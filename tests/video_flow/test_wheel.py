import colorsys

import numpy as np
import pytest

from pipeline.flow.quantize import quantize
from pipeline.video_flow.wheel import colour, colours_of_levels, make_hues


def colour_of(x, y, scale=1.0):
    return colour(np.array([[[x, y]]], np.float32), scale)[0, 0]


def hue_of(x, y):
    return colorsys.rgb_to_hsv(*colour_of(x, y) / 255.0)[0] * 360


def test_the_wheel_has_55_hues_in_the_published_steps():
    hues = make_hues()
    assert hues.shape == (55, 3)
    names = {0: "100", 15: "110", 21: "010", 25: "011", 36: "001", 49: "101"}
    assert {at: "".join(str(int(part)) for part in hues[at]) for at in names} == names


@pytest.mark.parametrize(
    ("direction", "rgb"),
    [
        ((1, 0), (255, 0, 0)),  # right: red
        ((0, 1), (255, 230, 0)),  # down: hue 13.5 of 15 from red to yellow
        ((-1, 0), (0, 209, 255)),  # left: hue 2 of 11 from cyan to blue
        ((0, -1), (88, 0, 255)),  # up: hue 4.5 of 13 from blue to magenta
    ],
)
def test_directions_have_the_published_hues(direction, rgb):
    np.testing.assert_allclose(colour_of(*direction), rgb, atol=1)


def test_hues_go_round_once_clockwise():
    angles = np.radians(np.arange(0, 355, 5))
    hues = [hue_of(np.cos(angle), np.sin(angle)) for angle in angles]
    assert (np.diff(hues) >= 0).all()
    assert hues[-1] > 330


def test_length_is_saturation_and_no_motion_is_white():
    assert colour_of(0, 0).tolist() == [255, 255, 255]
    assert colour_of(2, 0, scale=4.0).tolist() == [255, 128, 128]
    assert colour_of(4, 0, scale=4.0).tolist() == [255, 0, 0]


def test_what_is_longer_than_the_scale_is_darker():
    assert colour_of(5, 0, scale=4.0).tolist() == [191, 0, 0]


def test_levels_have_the_colours_of_their_flow():
    table = colours_of_levels(20.0, 8.0)
    flow = np.random.default_rng(0).uniform(-5, 5, (1, 6, 9, 2)).astype(np.float32)
    levels = quantize(flow, 20.0)[0]
    shown = table[levels[..., 1], levels[..., 0]].astype(int)
    assert np.abs(shown - colour(flow[0], 8.0)).max() <= 12  # half a step of 0.16 pixels
    assert table[128, 128].tolist() == [255, 255, 255]
