import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from pipeline.overlays.film import write_film


def pictures(height=48, width=64, count=7):
    """A bright square that moves over grey."""
    made = np.full((count, height, width, 3), 90, np.uint8)
    for number, picture in enumerate(made):
        picture[8:24, 4 + 3 * number : 20 + 3 * number] = (230, 60, 40)
    return made


def boxes(path):
    """Names of the file's outer boxes, in order."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        names.append(name.decode())
        at += size
    return names


def test_a_film_shows_its_pictures_in_time(tmp_path):
    write_film(tmp_path / "a.mp4", pictures(), Fraction(12))
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert [float(frame.time) for frame in frames] == pytest.approx(np.arange(7) / 12)
    shown = np.stack([frame.to_ndarray(format="rgb24") for frame in frames]).astype(int)
    assert np.abs(shown - pictures()).mean() < 6


def test_its_index_stands_in_front_of_the_pictures(tmp_path):
    write_film(tmp_path / "a.mp4", pictures(), Fraction(12))
    names = boxes(tmp_path / "a.mp4")
    assert names.index("moov") < names.index("mdat")


def test_the_same_pictures_give_the_same_bytes(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        write_film(tmp_path / name, iter(pictures()), Fraction(12))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_odd_sides_lose_their_last_row_and_column(tmp_path):
    write_film(tmp_path / "a.mp4", pictures(height=49, width=65), Fraction(30000, 1001))
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (64, 48)
        assert stream.average_rate == Fraction(30000, 1001)


def test_a_film_that_fails_half_way_leaves_nothing(tmp_path):
    def broken():
        yield pictures()[0]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_film(tmp_path / "a.mp4", broken(), Fraction(12))
    assert list(tmp_path.iterdir()) == []
