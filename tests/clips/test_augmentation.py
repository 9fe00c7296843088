import numpy as np
import pydantic
import pytest

from pipeline.clips.augmentation import OFFSETS
from pipeline.clips.crop import Crop
from pipeline.clips.params import AugmentationConfig

LSTA = {"scales": [1, 0.875, 0.75, 0.65625], "max_distort": 0, "fixed_offsets": 5}
TSM = {"scales": [1, 0.875, 0.75, 0.66], "max_distort": 1, "fixed_offsets": 13}


def views(count=400, height=256, width=340, **values):
    config = pydantic.TypeAdapter(AugmentationConfig).validate_python(
        {"name": "corner_crop", "crop": 224, **values}
    )
    generator = np.random.default_rng(0)
    return [config.draw(height, width, generator) for _ in range(count)]


def sizes(drawn):
    return {(view.crop.height, view.crop.width) for view in drawn}


def test_lstas_crops_are_squares_of_four_sizes():
    assert sizes(views(**LSTA)) == {(256, 256), (224, 224), (192, 192), (168, 168)}


def test_tsms_crops_are_also_rectangles_of_neighbouring_sizes():
    sides = [256, 224, 192, 168]
    expected = {(a, b) for i, a in enumerate(sides) for j, b in enumerate(sides) if abs(i - j) < 2}
    assert sizes(views(**TSM)) == expected


@pytest.mark.parametrize("values", [LSTA, TSM])
def test_corner_crops_lie_within_the_images_and_become_the_crop(values):
    for view in views(**values, height=61, width=83):
        assert 0 <= view.crop.top <= 61 - view.crop.height
        assert 0 <= view.crop.left <= 83 - view.crop.width
        assert view.side == 224


def test_five_places_are_the_corners_and_the_centre():
    drawn = views(scales=[0.5], max_distort=0, fixed_offsets=5, height=8, width=12)
    corners = [(0, 0), (0, 8), (4, 0), (4, 8)]
    assert {view.crop for view in drawn} == {
        Crop(top, left, 4, 4) for top, left in [*corners, (2, 4)]
    }


def test_thirteen_places_are_quarters_of_the_room():
    drawn = views(scales=[0.5], max_distort=0, fixed_offsets=13, height=8, width=12)
    found = {(view.crop.top, view.crop.left // 2) for view in drawn}
    inner = {(1, 1), (1, 3), (3, 1), (3, 3)}
    assert found == {(top, left) for top in (0, 2, 4) for left in (0, 2, 4)} | inner
    assert len(OFFSETS[13]) == 13


def test_every_size_and_place_is_equally_likely():
    drawn = views(count=4000, **LSTA)
    counts = np.unique([view.crop.height for view in drawn], return_counts=True)[1]
    assert np.abs(counts / 4000 - 1 / 4).max() < 0.03
    centres = np.mean([view.crop == Crop(32, 74, 192, 192) for view in drawn])
    assert abs(centres - 1 / 20) < 0.015


def test_half_of_the_clips_are_mirrored_unless_left_and_right_are_classes():
    assert 0.4 < np.mean([view.is_mirrored for view in views(**TSM)]) < 0.6
    assert not any(view.is_mirrored for view in views(**TSM, flip=False))


def test_a_random_crop_is_not_resized():
    config = pydantic.TypeAdapter(AugmentationConfig).validate_python(
        {"name": "random_crop", "crop": 4}
    )
    view = config.draw(5, 6, np.random.default_rng(0))
    assert (view.crop.height, view.crop.width, view.side) == (4, 4, None)
