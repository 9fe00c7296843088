import re

import numpy as np
import pytest

from pipeline.gaze.begaze import parse_timecode, read_begaze
from pipeline.gaze.errors import GazeError
from pipeline.gaze.readers import GAZE_READERS, read_gaze
from pipeline.gaze.samples import BLINK, FIXATION, SACCADE, UNTRACKED

FIRST_SAMPLE_LINE = 8


def test_a_one_eyed_export_gives_shares_of_the_image_and_whole_frame_numbers(write_begaze):
    path = write_begaze([(640, 240, 1, "Fixation"), (1280, 960, 3, "Saccade")])
    samples = read_begaze(path)
    np.testing.assert_allclose(samples.x, [0.5, 1.0])
    np.testing.assert_allclose(samples.y, [0.25, 1.0])
    assert samples.frame.tolist() == [1, 3]
    assert samples.time_us.tolist() == [1000, 34333]
    assert samples.num_declared == 2


def test_a_two_eyed_export_gives_the_binocular_columns_wherever_they_stand(write_begaze):
    path = write_begaze([(320, 480, "00:00:01:02", "Fixation")], binocular=True)
    samples = read_begaze(path)
    assert (samples.x.tolist(), samples.y.tolist()) == ([0.25], [0.5])
    assert samples.frame.tolist() == [26]


def test_all_four_events_are_told_apart(write_begaze):
    events = ["Fixation", "Saccade", "Blink", "-"]
    path = write_begaze([(0, 0, 0, event) for event in events])
    assert read_begaze(path).kind.tolist() == [FIXATION, SACCADE, BLINK, UNTRACKED]


def test_nan_and_off_image_positions_stay_as_measured(write_begaze):
    path = write_begaze([("NaN", "NaN", 0, "-"), (-128, 1920, 1, "Fixation")])
    samples = read_begaze(path)
    assert samples.is_nan.tolist() == [True, False]
    assert samples.is_on_image.tolist() == [False, False]
    np.testing.assert_allclose([samples.x[1], samples.y[1]], [-0.1, 2.0])


def test_positions_are_shares_of_the_size_that_the_header_names(write_begaze):
    path = write_begaze([(100, 100, 0, "Fixation")], area="200\t400")
    samples = read_begaze(path)
    assert (samples.x.tolist(), samples.y.tolist()) == ([0.5], [0.25])


def test_line_ends_of_either_system_read_alike(write_begaze):
    path = write_begaze([(1, 2, 0, "Fixation")])
    windows = read_begaze(path)
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    assert read_begaze(path).kind.tolist() == windows.kind.tolist()


def test_a_wrong_count_in_the_header_is_not_fatal(write_begaze):
    assert read_begaze(write_begaze([(1, 2, 0, "-")], num_samples=9)).num_declared == 9
    assert read_begaze(write_begaze([(1, 2, 0, "-")], num_samples="n.a.")).num_declared is None


@pytest.mark.parametrize(
    ("row", "found", "expected"),
    [
        (("here", 2, 3, "Fixation"), "'here'", "pixels"),
        ((1, 2, "3.5", "Fixation"), "'3.5'", "a frame number"),
        ((1, 2, -1, "Fixation"), "'-1'", "a frame number"),
        ((1, 2, 10**9, "Fixation"), "'1000000000'", "a frame number"),
        ((1, 2, "00:00:00:02", "Fixation"), "'00:00:00:02'", "a frame number"),
        ((1, 2, 3, "Dream"), "'Dream'", "Fixation, Saccade, Blink, -"),
    ],
)
def test_a_malformed_field_is_named_with_file_line_found_and_expected(
    write_begaze, row, found, expected
):
    path = write_begaze([(1, 2, 0, "Fixation"), row])
    with pytest.raises(GazeError) as caught:
        read_begaze(path)
    place = f"{path}: line {FIRST_SAMPLE_LINE + 1}: found {found}, expected"
    assert str(caught.value).startswith(place)
    assert expected in str(caught.value)


def test_a_file_cut_within_a_line_is_named_with_that_line(write_begaze):
    path = write_begaze([(1, 2, 0, "Fixation"), (1, 2, 1, "Fixation")])
    path.write_bytes(path.read_bytes()[:-15])
    with pytest.raises(
        GazeError, match=f"line {FIRST_SAMPLE_LINE + 1}: found . fields, expected 8"
    ):
        read_begaze(path)


def test_a_message_line_is_no_sample(write_begaze):
    path = write_begaze([(1, 2, 0, "Fixation")])
    path.write_bytes(path.read_bytes().replace(b"SMP", b"MSG"))
    with pytest.raises(GazeError, match=f"line {FIRST_SAMPLE_LINE}: found 'MSG', expected 'SMP'"):
        read_begaze(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"## [BeGaze]", b"x,y", "line 1: found 'x,y'"),
        (b"L POR X [px]", b"L Raw X [px]", "expected also .*B POR X"),
        (b"L Event Info", b"Event", "expected also .*Event Info"),
        (b"\tFrame\t", b"\tFrames\t", "expected also .*'Frame'"),
        (b"1280\t960", b"1280", "Calibration Area '1280', expected width and height"),
        (b"1280\t960", b"0\t960", "Calibration Area"),
    ],
)
def test_a_broken_head_is_named(write_begaze, old, new, message):
    path = write_begaze([(1, 2, 0, "Fixation")])
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(GazeError, match=message):
        read_begaze(path)


@pytest.mark.parametrize("content", [b"", b"## [BeGaze]\r\n## Calibration Area:\t2\t2\r\n"])
def test_a_file_without_columns_is_an_error(tmp_path, content):
    path = tmp_path / "s1.txt"
    path.write_bytes(content)
    with pytest.raises(GazeError, match=re.escape(str(path))):
        read_begaze(path)


def test_a_file_without_samples_is_an_error(write_begaze):
    with pytest.raises(GazeError, match="expected samples"):
        read_begaze(write_begaze([]))


def test_a_missing_file_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(GazeError, match="dvc repro index"):
        read_begaze(tmp_path / "none.txt")


@pytest.mark.parametrize(
    ("text", "frame"), [("00:00:00:00", 0), ("00:00:00:23", 23), ("01:02:03:04", 89356)]
)
def test_a_timecode_counts_24_frames_a_second(text, frame):
    assert parse_timecode(text) == frame


@pytest.mark.parametrize(
    "text", ["00:00:00:24", "00:00:60:00", "00:61:00:00", "00:00:00", "-1:0:0:0"]
)
def test_what_no_clock_shows_is_no_timecode(text):
    with pytest.raises(ValueError):
        parse_timecode(text)


def test_a_format_without_a_reader_names_those_that_exist(tmp_path):
    with pytest.raises(GazeError, match="'tobii', expected one of begaze"):
        read_gaze(tmp_path / "s1.txt", "tobii")
    assert set(GAZE_READERS) == {"begaze"}
