import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.prediction import segments
from pipeline.prediction.errors import PredictionError
from pipeline.prediction.segments import cut_segments
from pipeline.prediction.stored import Frame

PIXELS = np.zeros((2, 3, 3), np.uint8)


def frames_at(times):
    return (Frame(number, float(time), PIXELS, b"") for number, time in enumerate(times))


def cut(times, length=2.0, stride=1.0, frame=1 / 24):
    return [
        (one.start, one.stop, [own.number for own in one.frames])
        for one in cut_segments(frames_at(times), length, stride, frame)
    ]


def slow_cut(times, length, stride, frame):
    """Return the segments by their definition, from all times at once."""
    found, number, end = [], 0, times[-1]
    while number * stride + length <= end + 1e-3:
        start, stop = number * stride, number * stride + length
        inside = [n for n, time in enumerate(times) if start - 1e-3 <= time < stop - 1e-3]
        found += [(start, stop, inside)] if inside else []
        number += 1
    stop = end + frame
    start = max(0.0, stop - length)
    inside = [n for n, time in enumerate(times) if start - 1e-3 <= time < stop - 1e-3]
    if not found or found[-1][2][-1] < len(times) - 1:
        found.append((start, stop, inside))
    return found


@settings(deadline=None)
@given(
    gaps=st.lists(st.sampled_from([0.04, 0.1, 0.5, 3.0, 11.0]), max_size=60),
    length=st.sampled_from([0.3, 1.0, 2.0, 5.0]),
    stride=st.sampled_from([0.25, 1.0, 3.0]),
)
def test_segments_are_those_of_their_definition(gaps, length, stride):
    times = np.cumsum([0.0, *gaps]).round(3).tolist()
    found, expected = cut(times, length, stride), slow_cut(times, length, stride, 1 / 24)
    assert [one[2] for one in found] == [one[2] for one in expected]
    np.testing.assert_allclose([one[:2] for one in found], [one[:2] for one in expected])


def test_a_video_shorter_than_a_segment_is_one():
    assert cut(np.arange(40) / 24) == [(0.0, pytest.approx(40 / 24), list(range(40)))]


def test_a_video_as_long_as_a_segment_is_one():
    assert [one[2] for one in cut(np.arange(48) / 24)] == [list(range(48))]


def test_one_frame_is_a_segment():
    assert cut([0.0]) == [(0.0, pytest.approx(1 / 24), [0])]


def test_the_last_segment_ends_with_the_video_and_is_no_shorter():
    found = cut(np.arange(60) / 24)
    assert [one[2][0] for one in found] == [0, 12]
    assert found[-1][1] == pytest.approx(2.5)
    assert len(found[-1][2]) == 48


def test_a_pause_of_a_month_has_no_segments_and_takes_no_time():
    times = [0.0, 0.5, 1.0, 3e6, 3e6 + 0.5]
    numbers = [one[2] for one in cut(times)]
    assert numbers[0] == [0, 1, 2]
    assert numbers[-1] == [3, 4]
    assert len(numbers) < 5


def test_no_more_frames_are_held_than_a_segment_has():
    alive = weakref.WeakSet()
    most = 0

    class Counted(Frame):
        __hash__ = object.__hash__

    def film():
        for number in range(2000):
            frame = Counted(number, number / 24, PIXELS, b"")
            alive.add(frame)
            yield frame

    for one in cut_segments(film(), 2.0, 1.0, 1 / 24):
        del one
        most = max(most, len(alive))
    assert most <= 48 + 2


def test_a_segment_of_too_many_frames_says_what_to_do(monkeypatch):
    monkeypatch.setattr(segments, "MOST_FRAMES", 100)
    with pytest.raises(PredictionError, match=r"more than 100 frames in a segment of 2 s .*--rate"):
        cut(np.arange(300) / 240)
