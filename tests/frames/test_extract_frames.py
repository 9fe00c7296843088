from dataclasses import replace

import numpy as np
import pytest

from pipeline.fanout import ALONE, FanOutError
from pipeline.frames.decode import decode_video
from pipeline.frames.encode import decode_rgb
from pipeline.frames.extract import extract_frames
from pipeline.frames.store import ImageReader
from pipeline.quarantine import read_quarantine


@pytest.fixture
def data_set(tmp_path, write_video, write_sessions):
    """Two sessions of one and two clips, 5 frames each."""
    sessions = {"S1": ["S1/a.mp4", "S1/b.mp4"], "S2": ["S2/a.mp4"]}
    for number, name in enumerate(name for names in sessions.values() for name in names):
        write_video(tmp_path / "raw" / name, 5, 64 + 2 * number)
    return sessions


def run(tmp_path, sessions_csv, config, memo, crew=ALONE):
    quarantine = tmp_path / "quarantine.csv"
    return extract_frames(
        config, sessions_csv, tmp_path / "frames", quarantine, memo=memo, crew=crew
    )


def test_a_stored_frame_is_the_decoded_one(tmp_path, data_set, write_sessions, config, memo):
    sized = config.model_copy(update={"size": "64x48"})
    run(tmp_path, write_sessions(data_set, 5), sized, memo)
    reader = ImageReader(tmp_path / "frames" / "S1.h5")
    decoded = list(decode_video(tmp_path / "raw" / "S1" / "b.mp4", "64x48", 5))
    stored = [decode_rgb(reader.encoded(k)) for k in reader.range("S1/b.mp4")]
    assert (
        np.abs(np.stack(stored).astype(int) - np.stack(decoded)).mean() < 4
    )  # noise: JPEG's worst case


def test_one_changed_video_costs_its_session_only(
    tmp_path, data_set, write_video, write_sessions, config, memo
):
    sized = config.model_copy(update={"size": "64x48"})
    assert run(tmp_path, write_sessions(data_set, 5), sized, memo).num_computed == 2
    before = (tmp_path / "frames" / "S1.h5").read_bytes()
    write_video(tmp_path / "raw" / "S2" / "a.mp4", 6)
    report = run(tmp_path, write_sessions(data_set, 5), sized, memo)
    assert (report.num_computed, report.num_frames) == (1, 16)
    assert (tmp_path / "frames" / "S1.h5").read_bytes() == before


def test_another_size_is_another_store(tmp_path, data_set, write_sessions, config, memo):
    sessions_csv = write_sessions({"S2": data_set["S2"]}, 5)
    run(tmp_path, sessions_csv, config, memo)
    smaller = config.model_copy(update={"size": 16})
    assert run(tmp_path, sessions_csv, smaller, memo).num_computed == 1
    assert ImageReader(tmp_path / "frames" / "S2.h5").size.height == 16


def test_a_broken_video_is_listed_and_its_session_goes_on(
    tmp_path, data_set, write_sessions, config, memo
):
    broken = tmp_path / "raw" / "S1" / "a.mp4"
    broken.write_bytes(broken.read_bytes()[:-400])
    (tmp_path / "raw" / "S2" / "a.mp4").write_bytes(b"")
    sessions_csv = write_sessions(data_set, 5)
    for num_computed in (2, 0):
        report = run(tmp_path, sessions_csv, config, memo)
        assert (report.num_computed, report.num_quarantined) == (num_computed, 2)
        entries = read_quarantine(tmp_path / "quarantine.csv")
        assert [(entry.session, entry.video) for entry in entries] == [
            ("S1", "S1/a.mp4"),
            ("S2", "S2/a.mp4"),
        ]
        assert [entry.reason for entry in entries] == ["corrupt", "unreadable"]
    assert ImageReader(tmp_path / "frames" / "S1.h5").videos == ["S1/b.mp4"]
    assert ImageReader(tmp_path / "frames" / "S2.h5").videos == []


def test_a_video_of_another_size_is_listed(tmp_path, data_set, write_sessions, config, memo):
    bigger = config.model_copy(update={"size": 48})
    assert run(tmp_path, write_sessions(data_set, 5), bigger, memo).num_quarantined == 1
    entry = read_quarantine(tmp_path / "quarantine.csv")[0]
    assert (entry.reason, entry.video) == ("size", "S1/b.mp4")
    assert "found 66x48, expected 64x48" in entry.detail


def test_an_absent_video_stops_the_stage(tmp_path, data_set, write_sessions, config, memo):
    sessions_csv = write_sessions(data_set, 5)
    (tmp_path / "raw" / "S1" / "a.mp4").unlink()
    with pytest.raises(FanOutError, match=r"session S1.*a\.mp4"):
        run(tmp_path, sessions_csv, config, memo)


def test_stores_of_sessions_that_are_gone_do_not_stay(
    tmp_path, data_set, write_sessions, config, memo
):
    run(tmp_path, write_sessions(data_set, 5), config, memo)
    run(tmp_path, write_sessions({"S2": data_set["S2"]}, 5), config, memo)
    assert [path.name for path in (tmp_path / "frames").iterdir()] == ["S2.h5"]


@pytest.mark.slow
def test_two_processes_make_the_bytes_of_one(tmp_path, data_set, write_sessions, config, memo):
    from pipeline.memo import Memo

    sessions_csv = write_sessions(data_set, 5)
    run(tmp_path, sessions_csv, config, memo)
    serial = {path.name: path.read_bytes() for path in (tmp_path / "frames").iterdir()}
    run(tmp_path, sessions_csv, config, Memo(tmp_path / ".other", ()), replace(ALONE, processes=2))
    assert {path.name: path.read_bytes() for path in (tmp_path / "frames").iterdir()} == serial
