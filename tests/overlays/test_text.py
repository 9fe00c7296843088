import numpy as np

from pipeline.overlays.text import draw_text, shorten, text_mask, text_width


def test_letters_with_accents_are_drawn_and_unknown_ones_raise_nothing():
    assert text_mask("évier", 15, is_bold=False)[0].max() == 255
    assert text_width("茶を入れる", 15) > 0
    accented, plain = (text_mask(word, 15, is_bold=True)[0] for word in ("é", "e"))
    assert len(accented) > len(plain)


def test_a_text_that_fits_is_left_alone_and_a_long_one_shortened():
    assert shorten("Cut tomato", 15, 500) == "Cut tomato"
    cut = shorten("Cut tomato", 15, 60)
    assert cut.endswith("…")
    assert text_width(cut, 15) <= 60
    assert shorten("Cut tomato", 15, 1) == ""


def test_writing_beyond_the_border_is_left_out():
    for place in ((-20, 10), (90, 10), (5, -3), (5, 300), (200, 5)):
        picture = np.zeros((20, 100, 3), np.uint8)
        draw_text(picture, "Wash pan", place, 15, (255, 255, 255))
        assert picture.shape == (20, 100, 3)


def test_a_text_stands_on_its_line_in_its_colour():
    picture = np.zeros((20, 100, 3), np.uint8)
    draw_text(picture, "Wash", (3, 15), 15, (255, 128, 0))
    assert picture.max(axis=(0, 1)).tolist() == [255, 128, 0]
    assert not picture[16:].any()
