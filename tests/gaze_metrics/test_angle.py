import math

import numpy as np
import pytest

from pipeline.clips.crop import Crop, whole_image
from pipeline.gaze_metrics.angle import angles, masses, peaks
from pipeline.gaze_metrics.distribution import as_distributions
from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.gaze_points import Picture

WHOLE = Picture(240, 320, whole_image(240, 320))
CROPPED = Picture(240, 320, Crop(8, 48, 224, 224))


def slow_angle(first, second, picture: Picture, degrees: float) -> float:
    """Return the angle by the law of cosines between two rays of a pinhole camera."""
    focal = picture.width / (2 * math.tan(math.radians(degrees / 2)))
    rays = []
    for x, y in (first, second):
        u = picture.crop.left + x * picture.crop.width - picture.width / 2
        v = picture.crop.top + y * picture.crop.height - picture.height / 2
        rays.append((u, v, focal))
    product = sum(p * q for p, q in zip(*rays, strict=True))
    return math.degrees(math.acos(min(product / math.prod(math.hypot(*ray) for ray in rays), 1.0)))


@pytest.mark.parametrize("picture", [WHOLE, CROPPED], ids=["whole", "cropped"])
def test_the_angle_is_that_between_two_rays_of_a_pinhole(picture, points, generator):
    found = generator.random(points.shape)
    expected = [
        slow_angle(first, second, picture, 60.0)
        for first, second in zip(found, points, strict=True)
    ]
    np.testing.assert_allclose(angles(found, points, picture, 60.0), expected, atol=1e-6)


def test_from_border_to_border_is_the_field_of_view():
    left, right, middle = (np.array([[x, 0.5]]) for x in (0.0, 1.0, 0.5))
    assert angles(left, right, WHOLE, 60.0) == pytest.approx([60.0])
    assert angles(middle, right, WHOLE, 60.0) == pytest.approx([30.0])
    assert angles(right, right, WHOLE, 60.0) == pytest.approx([0.0])


def test_a_crop_spans_less_than_the_image():
    left, right = np.array([[0.0, 0.5]]), np.array([[1.0, 0.5]])
    expected = 2 * math.degrees(math.atan(112 / 160 * math.tan(math.radians(30))))
    assert angles(left, right, CROPPED, 60.0) == pytest.approx([expected])


def test_the_peak_is_the_highest_cells_centre(generator):
    maps = generator.random((4, MAP_CELLS, MAP_CELLS))
    expected = []
    for one in maps:
        row, column = np.unravel_index(one.argmax(), one.shape)
        expected.append(((column + 0.5) / MAP_CELLS, (row + 0.5) / MAP_CELLS))
    np.testing.assert_allclose(peaks(maps), expected)


def test_the_peak_of_a_plateau_is_its_middle():
    maps = np.zeros((3, MAP_CELLS, MAP_CELLS))
    maps[1, 0:4, 10:20] = 1.0
    maps[2, -1, -1] = 1.0
    middle_of_last = 1 - 0.5 / MAP_CELLS
    expected = [(0.5, 0.5), (15 / MAP_CELLS, 2 / MAP_CELLS), (middle_of_last, middle_of_last)]
    np.testing.assert_allclose(peaks(maps), expected)


def test_the_centre_of_mass_is_the_mean_place(maps):
    distributions = as_distributions(maps)
    for found, one in zip(masses(distributions), distributions, strict=True):
        rows, columns = np.indices(one.shape)
        expected = (np.average(columns + 0.5, weights=one), np.average(rows + 0.5, weights=one))
        np.testing.assert_allclose(found * MAP_CELLS, expected, rtol=1e-9)


def test_an_empty_map_has_its_peak_and_its_mass_in_the_middle():
    empty = np.zeros((1, MAP_CELLS, MAP_CELLS))
    np.testing.assert_allclose(peaks(empty), [(0.5, 0.5)])
    np.testing.assert_allclose(masses(as_distributions(empty)), [(0.5, 0.5)])
