import numpy as np
import pytest

from pipeline.explanation.blanks import REMOVALS


@pytest.mark.parametrize("removal", REMOVALS)
@pytest.mark.parametrize("channels", [2, 3])
def test_images_without_content_stay_as_they_are(removal, channels):
    images = np.full((4, 20, 30, channels), 77, np.uint8)
    assert np.array_equal(REMOVALS[removal](images), images)


def test_the_mean_is_one_colour_in_all_of_a_window():
    images = np.random.default_rng(0).integers(0, 255, (4, 6, 8, 3), dtype=np.uint8)
    expected = [round(images[..., channel].mean()) for channel in range(3)]
    assert (REMOVALS["mean"](images) == expected).all()


def test_a_blur_keeps_each_images_light_and_loses_its_edges():
    images = np.zeros((2, 40, 40, 3), np.uint8)
    images[0, :, 20:] = 200
    blurred = REMOVALS["blur"](images)
    assert not blurred[1].any()
    assert blurred[0].mean() == pytest.approx(100, abs=2)
    assert np.abs(np.diff(blurred[0].astype(int), axis=1)).max() < 30
