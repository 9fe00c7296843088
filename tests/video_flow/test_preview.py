import av
import numpy as np
import pytest

from pipeline.flow.errors import FlowError
from pipeline.flow.quantize import quantize
from pipeline.frames.size import Size
from pipeline.video_flow.preview import (
    LARGEST_SIDE,
    check_previewed,
    choose_scale,
    draw_legend,
    open_preview,
    picture,
)
from pipeline.video_flow.wheel import colour

GREY = np.full((48, 64, 3), 90, np.uint8)


def levels_of(x, y, num_pairs=3):
    flow = np.tile(np.array([x, y], np.float32), (num_pairs, 48, 64, 1))
    return quantize(flow, 20.0)


def write(path, levels, scale=None, images=None):
    images = np.stack([GREY] * len(levels)) if images is None else images
    with open_preview(path, (24, 1), 20.0, scale) as preview:
        preview.add(images, levels)
    return preview


def read(path):
    with av.open(str(path)) as container:
        rate = container.streams.video[0].average_rate
        return rate, [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_each_pair_is_a_frame_beside_the_colour_of_its_flow(tmp_path):
    write(tmp_path / "p.mp4", levels_of(4.0, 0.0), scale=4.0)
    rate, shown = read(tmp_path / "p.mp4")
    assert rate == 24
    assert len(shown) == 3
    assert shown[0].shape == (240, 640, 3)  # five times as large
    np.testing.assert_allclose(shown[1][100, 100], 90, atol=8)
    np.testing.assert_allclose(shown[1][60, 380], [255, 0, 0], atol=20)  # to the right is red


def test_the_scale_is_what_99_of_100_vectors_do_not_exceed_and_stays(tmp_path):
    levels = levels_of(3.0, 4.0)
    levels[0, 0, 0] = 255
    assert choose_scale(levels, 20.0) == pytest.approx(5.0, abs=0.2)
    with open_preview(tmp_path / "p.mp4", (24, 1), 20.0, None) as preview:
        preview.add(np.stack([GREY] * 3), levels)
        scale = preview.scale
        preview.add(np.stack([GREY] * 3), levels_of(15.0, 0.0))
    assert preview.scale == scale


def test_a_still_beginning_does_not_blow_up_noise():
    assert choose_scale(levels_of(0.1, 0.0), 20.0) == 1.0


def test_the_legend_shows_the_wheel_up_to_the_scale():
    shown = np.full((240, 640, 3), 255, np.uint8)
    draw_legend(shown, 8.0)
    radius = 240 // 9
    centre = (240 - radius - 7, 640 - radius - 7)
    right = shown[centre[0], centre[1] + radius - 3]
    half = colour(np.array([[[8.0 * (radius - 3) / radius, 0]]], np.float32), 8.0)[0, 0]
    np.testing.assert_array_equal(right, half)
    assert (shown[centre] == 255).all()
    assert (shown[:160] == 255).all()


@pytest.mark.parametrize("shape", [(48, 64), (63, 17), (17, 500), (500, 3)])
def test_pictures_of_any_size_have_even_sides(shape):
    image = np.zeros((*shape, 3), np.uint8)
    height, width = picture(image, image, 2.0).shape[:2]
    assert height % 2 == width % 2 == 0
    assert height >= 240


def test_an_error_leaves_no_preview(tmp_path):
    with pytest.raises(ValueError), open_preview(tmp_path / "p.mp4", (24, 1), 20.0, None) as made:
        made.add(np.stack([GREY] * 3), levels_of(1.0, 0.0))
        raise ValueError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shape", [(4, 2000), (2, 8192)])
def test_very_wide_pictures_stay_within_what_the_encoder_takes(tmp_path, shape):
    images = np.zeros((2, *shape, 3), np.uint8)
    write(tmp_path / "p.mp4", np.full((2, *shape, 2), 128, np.uint8), images=images)
    assert read(tmp_path / "p.mp4")[1][0].shape[1] <= LARGEST_SIDE


def test_frames_too_large_for_the_encoder_are_an_error_that_says_so():
    with pytest.raises(FlowError, match=r"9000x300, whose preview would be 18000x300.*--size"):
        check_previewed(Size(9000, 300))


def test_an_error_of_the_encoder_names_the_file(tmp_path):
    wide = np.full((1, 4, 9000, 2), 128, np.uint8)
    with pytest.raises(FlowError, match=r"p\.mp4: the preview could not be written"):
        write(tmp_path / "p.mp4", wide, images=np.zeros((1, 4, 9000, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []
