import numpy as np
import pytest

from pipeline.kitchen.begaze import timecode, write_frames_export, write_timecodes_export
from pipeline.kitchen.eye import EyeEvent, EyeTrack

NUM_SAMPLES = 200


@pytest.fixture
def track() -> EyeTrack:
    number = np.arange(NUM_SAMPLES)
    point = np.stack([number / NUM_SAMPLES, np.full(NUM_SAMPLES, 0.5)], axis=1)
    return EyeTrack(number / 30, number * 24 // 30, point, np.arange(NUM_SAMPLES) % 4)


@pytest.fixture
def early(track) -> list[str]:
    rng = np.random.default_rng(1)
    return write_frames_export(track, has_backward_step=False, rng=rng).split("\r\n")


@pytest.fixture
def late(track) -> list[str]:
    return write_timecodes_export(track, "P01-R02-X", np.random.default_rng(1)).split("\r\n")


def keys(lines: list[str]) -> list[str]:
    return [line.split("\t")[0] for line in lines[:33]]


@pytest.mark.parametrize(
    ("version", "real"),
    [("early", "OP03-R01-PastaSalad"), ("late", "P06-R02-TurkeySandwich")],
)
def test_the_head_of_a_file_is_that_of_a_real_one(version, real, request, shared_dir):
    lines = request.getfixturevalue(version)
    path = shared_dir / "egtea" / "gaze_data" / f"{real}.txt"
    real_lines = path.read_bytes().decode().split("\r\n")
    assert keys(lines) == keys(real_lines)
    assert lines[33] == real_lines[33]
    assert lines[3] == real_lines[3]
    assert len(lines[40].split("\t")) == len(real_lines[40].split("\t"))


@pytest.mark.parametrize("version", ["early", "late"])
def test_the_head_gives_the_number_of_samples(version, request):
    lines = request.getfixturevalue(version)
    assert f"## Number of Samples:\t{NUM_SAMPLES}" in lines
    assert len([line for line in lines if "\tSMP\t1\t" in line]) == NUM_SAMPLES
    assert lines[-1] == ""


def test_positions_are_pixels_of_1280_by_960(early):
    fixation = early[34 + 4 * 25].split("\t")
    assert (fixation[3], fixation[4], fixation[7]) == ("640.00", "480.00", "Fixation")


def test_a_blink_has_no_position_in_the_early_export(early):
    blink = early[34 + EyeEvent.BLINK].split("\t")
    assert (blink[3], blink[4], blink[7]) == ("0.00", "0.00", "Blink")


def test_a_lost_track_is_nan_in_the_late_export(late):
    lost = late[34 + EyeEvent.LOST].split("\t")
    assert (lost[5], lost[6], lost[-1]) == ("NaN", "NaN", "-")


def test_a_backward_step_is_one_row_in_the_wrong_place(track):
    rng = np.random.default_rng(1)
    text = write_frames_export(track, has_backward_step=True, rng=rng)
    frames = [int(line.split("\t")[5]) for line in text.split("\r\n")[34:-1]]
    assert (np.diff(frames) < 0).sum() == 1


def test_a_timecode_counts_24_frames_a_second():
    assert timecode(24 * 3723 + 5) == "01:02:03:05"
