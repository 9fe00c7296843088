import numpy as np
import pytest
from prediction.films import cut, turn, write_film, write_sound

from pipeline.prediction.errors import PredictionError
from pipeline.prediction.film import Film


def read(path):
    with Film(path) as film:
        return list(film.frames()), film


def test_every_frame_comes_with_its_number_and_time(tmp_path):
    shown, film = read(write_film(tmp_path / "a.mp4", 12))
    assert [own.number for own in shown] == list(range(12))
    np.testing.assert_allclose([own.time for own in shown], np.arange(12) / 24, atol=1e-4)
    assert (film.num_declared, film.num_decoded, film.seconds_lost) == (12, 12, 0.0)
    assert film.end == pytest.approx(0.5, abs=1e-3)


def test_times_of_a_variable_rate_are_those_of_the_container(tmp_path):
    times = [0.0, 0.04, 0.5, 0.51, 2.0, 2.04]
    shown, film = read(write_film(tmp_path / "a.mp4", 6, times=times))
    np.testing.assert_allclose([own.time for own in shown], times, atol=1e-4)
    assert film.seconds_lost == 0


def test_times_begin_at_the_first_frame(tmp_path):
    shown, _ = read(write_film(tmp_path / "a.mkv", 3, times=[5.0, 5.1, 5.3]))
    np.testing.assert_allclose([own.time for own in shown], [0, 0.1, 0.3], atol=2e-3)


def test_a_video_without_a_clock_has_the_pace_of_its_rate(tmp_path):
    shown, film = read(write_film(tmp_path / "a.h264", 5))
    times = [own.time for own in shown]
    assert times[0] == 0
    np.testing.assert_allclose(np.diff(times), 1 / film.rate, rtol=0.1)


@pytest.mark.parametrize("name", ["a.mkv", "a.avi", "a.ts", "a.mov"])
def test_a_whole_video_of_any_container_has_lost_nothing(tmp_path, name):
    codec = "mpeg4" if name == "a.avi" else "libx264"
    shown, film = read(write_film(tmp_path / name, 30, codec=codec))
    assert len(shown) == 30
    assert film.seconds_lost == 0


def test_what_there_is_of_a_cut_video_is_given_and_the_rest_is_counted(tmp_path):
    shown, film = read(cut(write_film(tmp_path / "a.mp4", 48), 0.6))
    assert 10 < len(shown) < 40
    assert film.num_declared == 48
    assert film.seconds_lost == pytest.approx((48 - len(shown)) / 24)


def test_a_cut_video_whose_frames_are_not_counted_is_missed_by_its_duration(tmp_path):
    shown, film = read(cut(write_film(tmp_path / "a.mkv", 96), 0.5))
    assert film.num_declared == 0
    assert film.seconds_lost == pytest.approx((96 - len(shown)) / 24, abs=0.1)


def test_frames_behind_a_broken_one_are_given(tmp_path):
    path = write_film(tmp_path / "a.mp4", 48)
    content = bytearray(path.read_bytes())
    start = content.find(b"mdat") + (len(content) - content.find(b"mdat")) // 2
    content[start : start + 150] = bytes(150)
    path.write_bytes(content)
    shown, film = read(path)
    assert film.num_broken > 0
    assert shown[-1].time > 1.9
    assert 30 < len(shown) < 48


def test_an_upright_video_is_one_that_the_flag_turns(tmp_path):
    shown, _ = read(turn(write_film(tmp_path / "a.mp4", 3)))
    assert {own.frame.rotation % 180 for own in shown} == {90}


def no_such_file(path):
    return path


def text(path):
    path.write_text("nothing to see\n" * 50)
    return path


def nothing(path):
    path.write_bytes(b"")
    return path


def cut_before_its_index(path):
    plain = write_film(path.with_suffix(".mov"), 20)
    return cut(plain, 0.5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (no_such_file, r"a\.mp4: found no such file; give the path"),
        (text, r"a\.mp4: not readable as a video: found Invalid data .*750 bytes"),
        (nothing, r"a\.mp4: not readable as a video: found .* in 0 bytes"),
        (write_sound, r"a\.mp4: found no video stream \(it holds audio\), expected one"),
        (cut_before_its_index, r"a\.mov: not readable .*cut off before its end needs a repair"),
    ],
)
def test_what_is_no_video_is_named_with_what_was_found(tmp_path, make, message):
    with pytest.raises(PredictionError, match=message):
        Film(make(tmp_path / "a.mp4"))


def test_a_video_of_which_no_frame_can_be_decoded_says_so(tmp_path):
    path = write_film(tmp_path / "a.mp4", 10)
    content = bytearray(path.read_bytes())
    start = content.find(b"mdat") + 4
    content[start:] = bytes(len(content) - start)
    path.write_bytes(content)
    with pytest.raises(PredictionError, match=r"10 frames declared and none that can be decoded"):
        read(path)
