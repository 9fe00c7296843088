import numpy as np
import pytest

from pipeline.frames.encode import JpegError, decode_grey, decode_rgb, encode_grey, encode_rgb


def test_red_stays_red_and_neighbouring_colours_do_not_mix():
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, ::2, 0] = 255
    image[:, 1::2, 2] = 255
    seen = decode_rgb(encode_rgb(image, 95)).astype(int)
    assert np.abs(seen - image).max() < 24


def test_the_encoded_picture_is_a_normal_jpeg_with_red_first():
    import io

    import PIL.Image

    image = np.full((8, 8, 3), (200, 100, 20), np.uint8)
    seen = np.asarray(PIL.Image.open(io.BytesIO(encode_rgb(image, 95))))
    assert np.abs(seen.astype(int) - image).max() <= 2


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_grey_picture_comes_back_exactly(level):
    image = np.full((48, 65), level, np.uint8)
    np.testing.assert_array_equal(decode_grey(encode_grey(image, 95)), image)


@pytest.mark.parametrize("encoded", [b"", b"no picture"])
def test_bytes_that_are_no_picture_are_an_error(encoded):
    with pytest.raises(JpegError, match=f"{len(encoded)} bytes"):
        decode_rgb(encoded)
