import numpy as np

from pipeline.evaluation.explain import ClipMaps
from pipeline.overlays.clip import GROUND, RIGHT, WRONG, Caption, clip_pictures, draw_caption

CAPTION = Caption("RGB Grad-CAM++", "Take cup", 0.42, "Put cup")


def draw(maps=None, *, is_valid=False):
    images = np.full((3, 12, 16, 3), 120, np.uint8)
    values = np.zeros((1, 3, 2, 2), np.float32) if maps is None else maps
    attention = ClipMaps(np.array([[0, 1, 2]]), values, crop=12)
    gaze = np.full((3, 2), 0.5), np.full(3, is_valid)
    return np.stack(list(clip_pictures(images, attention, gaze, CAPTION, 64)))


def has(picture, colour):
    return bool((picture == colour).all(axis=-1).any())


def test_every_frame_has_its_own_map_and_the_same_caption():
    maps = np.zeros((1, 3, 2, 2), np.float32)
    maps[0, 1, 0, 0] = 1  # the second image, top left
    drawn = draw(maps)
    frames, bands = drawn[:, :48].astype(int), drawn[:, 48:]
    assert np.array_equal(frames[0], frames[2])
    changed = np.abs(frames[1] - frames[0]).sum(axis=-1)
    assert changed[:20, 8:28].mean() > 10 * changed[28:].mean()
    assert (bands == bands[0]).all()


def test_what_the_crop_cuts_off_is_dim():
    drawn = draw()
    assert (drawn[:, :48, 8:56] == 120).all()
    assert (drawn[:, :48, :8] < 120).all()


def test_gaze_is_drawn_where_it_is_to_be_trusted():
    assert has(draw(is_valid=True)[0], (64, 255, 160))
    assert not has(draw(is_valid=False)[0], (64, 255, 160))


def test_a_caption_says_in_words_and_colour_whether_it_is_right():
    wide = 400
    wrong = draw_caption(CAPTION, wide)
    right = draw_caption(Caption("x", "Put cup", 0.42, "Put cup"), wide)
    unknown = draw_caption(Caption("x", "Put cup", 0.42, None), wide)
    assert has(wrong, WRONG)
    assert not has(wrong, RIGHT)
    assert has(right, RIGHT)
    assert not has(unknown, RIGHT)
    assert not has(unknown, WRONG)


def test_long_names_stay_within_their_picture():
    caption = Caption("flow Grad-CAM++", "Put " * 40, 1.0, "Take " * 40)
    for width in (64, 256):
        band = draw_caption(caption, width)
        assert band.shape[1] == width
        assert (band[:, 0] == GROUND).all()
