from itertools import pairwise

import numpy as np
import pytest
from prediction.films import turn, write_film

from pipeline.frames.decode import decode_video
from pipeline.frames.encode import decode_rgb, encode_rgb
from pipeline.frames.size import Size
from pipeline.prediction.film import Film
from pipeline.prediction.stored import store_frames, thin


def stored(path, size, shown_size=None):
    with Film(path) as film:
        return list(store_frames(film.frames(), size, 95, shown_size))


@pytest.mark.parametrize("size", [32, "40x30"])
@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("own", [(64, 48), (51, 37)])
def test_frames_are_byte_for_byte_those_of_the_graph(tmp_path, size, is_turned, own):
    path = write_film(tmp_path / "a.mp4", 4, size=own)
    path = turn(path) if is_turned else path
    expected = [decode_rgb(encode_rgb(image, 95)) for image in decode_video(path, size, 4)]
    found = stored(path, size)
    assert len(found) == 4
    for frame, image in zip(found, expected, strict=True):
        np.testing.assert_array_equal(frame.image, image)
        assert frame.shown == b""


def test_a_person_is_shown_the_video_in_its_own_aspect(tmp_path):
    path = turn(write_film(tmp_path / "a.mp4", 2, size=(64, 40)))
    asked = []

    def size_of(displayed):
        asked.append(displayed)
        return Size(80, 128)

    frame = stored(path, "32x32", size_of)[0]
    assert set(asked) == {Size(40, 64)}
    assert decode_rgb(frame.shown).shape == (128, 80, 3)
    assert frame.image.shape == (32, 32, 3)


def test_all_frames_are_taken_where_no_rate_is_asked_for(tmp_path):
    with Film(write_film(tmp_path / "a.mp4", 7, size=(16, 16))) as film:
        assert len(list(thin(film.frames(), None))) == 7


@pytest.mark.parametrize("rate", [5.0, 24.0, 30.0, 100.0])
def test_no_more_frames_a_second_than_asked_for(tmp_path, rate):
    path = write_film(tmp_path / "a.mp4", 60, rate=30, size=(16, 16))
    with Film(path) as film:
        kept = [own.time for own in thin(film.frames(), rate)]
    assert len(kept) == pytest.approx(2 * min(rate, 30), abs=1)
    assert kept[0] == 0
    assert all(later > earlier for earlier, later in pairwise(kept))


def test_half_of_the_frames_are_every_second_one(tmp_path):
    path = write_film(tmp_path / "a.mp4", 20, rate=48, size=(16, 16))
    with Film(path) as film:
        assert [own.number for own in thin(film.frames(), 24.0)] == list(range(0, 20, 2))
