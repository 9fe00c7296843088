import json
import os
import shutil
from dataclasses import replace

import h5py
import numpy as np
import pytest

from pipeline.fanout import ALONE
from pipeline.gaze.extract import extract_gaze
from pipeline.memo import Memo
from pipeline.quarantine import read_quarantine

GAZE = [(640, 480, 0, "Fixation"), (640, 480, 1, "Saccade"), (640, 480, 3, "Fixation")]


@pytest.fixture
def run(tmp_path, gaze_config):
    """Return a runner of the stage's library on clips (session, stop) and gaze files."""

    def run_once(clips, gaze, *, crew=ALONE, **changes):
        rows = [
            f"c{number},{session},,v{number}.mp4,0,9,0,{stop},0,,,train"
            for number, (session, stop) in enumerate(clips)
        ]
        head = (
            "clip,session,subject,video,video_start,video_stop,session_start,session_stop,"
            "action,verb,nouns,part"
        )
        (tmp_path / "clips.csv").write_text("\n".join([head, *rows]) + "\n")
        files = [f"{name},{file},digest,begaze" for name, file in gaze.items()]
        (tmp_path / "gaze.csv").write_text("\n".join(["session,gaze,digest,format", *files]) + "\n")
        report = extract_gaze(
            gaze_config.model_copy(update=changes),
            tmp_path / "clips.csv",
            tmp_path / "gaze.csv",
            tmp_path / "out",
            quality_path=tmp_path / "quality.json",
            quarantine_path=tmp_path / "quarantine.csv",
            memo=Memo(tmp_path / ".work", ()),
            crew=crew,
        )
        return report, read_quarantine(tmp_path / "quarantine.csv")

    return run_once


def test_a_stored_session_has_the_documented_schema(run, write_begaze, tmp_path):
    write_begaze(GAZE)
    run([("s1", 5)], {"s1": "s1.txt"})
    with h5py.File(tmp_path / "out" / "s1.h5") as file:
        assert {name: (d.dtype.name, d.shape) for name, d in file.items()} == {
            "points": ("float32", (5, 2)),
            "kind": ("uint8", (5,)),
            "valid": ("bool", (5,)),
            "in_range": ("bool", (5,)),
            "maps": ("uint8", (5, 3, 4)),
        }
        assert file["kind"][:].tolist() == [1, 2, 0, 1, 0]
        assert file.attrs["frame_base"] == 0
        assert file.attrs["num_recorded"] == 4
        assert json.loads(file.attrs["parameters"])["valid_kinds"] == ["fixation", "saccade"]
        assert json.loads(file.attrs["counts"])["samples"] == 3
        assert (file["maps"][:].any(axis=(1, 2)) == file["valid"][:]).all()


def test_a_missing_file_is_quarantined_where_gaze_is_required_and_the_rows_say_absent(
    run, tmp_path
):
    report, quarantined = run([("s1", 5)], {"s1": ""})
    assert [(q.session, q.clip, q.reason) for q in quarantined] == [("s1", "", "no_gaze_file")]
    assert report.num_without_gaze == 1
    with h5py.File(tmp_path / "out" / "s1.h5") as file:
        assert file["kind"][:].tolist() == [0] * 5


def test_a_missing_file_is_no_fault_where_gaze_is_not_required(run, tmp_path):
    _, quarantined = run([("s1", 5)], {}, required=False)
    assert quarantined == []
    assert json.loads((tmp_path / "quality.json").read_text())["without_gaze"] == ["s1"]
    assert (tmp_path / "out" / "s1.h5").is_file()


@pytest.mark.parametrize("required", [True, False])
def test_a_broken_file_is_told_with_the_readers_words_and_quarantined_where_required(
    run, write_begaze, tmp_path, required
):
    write_begaze([*GAZE, ("?", 1, 4, "Fixation")])
    write_begaze(GAZE, "s2.txt")
    clips, files = [("s1", 5), ("s2", 4)], {"s1": "s1.txt", "s2": "s2.txt"}
    _, entries = run(clips, files, required=required)
    found = [(entry.session, entry.clip, entry.reason) for entry in entries]
    assert found == ([("s1", "", "broken_gaze_file")] if required else [])
    assert all("line 11: found '?'" in entry.detail for entry in entries)
    quality = json.loads((tmp_path / "quality.json").read_text())
    assert list(quality["broken"]) == ["s1"]
    assert list(quality["sessions"]) == ["s2"]


def test_a_listed_file_that_is_gone_is_broken(run):
    _, [entry] = run([("s1", 5)], {"s1": "gone.txt"})
    assert entry.reason == "broken_gaze_file"
    assert "no such file" in entry.detail


def test_a_clip_beyond_its_recording_is_quarantined_with_figures(run, write_begaze, tmp_path):
    write_begaze(GAZE)
    clips = [("s1", 4), ("s1", 6), ("s1", 7)]
    _, [entry] = run(clips, {"s1": "s1.txt"}, tolerance_frames=2)
    assert (entry.clip, entry.video) == ("c2", "v2.mp4")
    assert entry.reason == "wrong_gaze_length"
    assert (
        entry.detail
        == "found gaze of session frames 0 to 3, expected up to 6: 3 frames are missing"
    )
    _, none = run(clips, {"s1": "s1.txt"}, tolerance_frames=2, required=False)
    assert none == []
    quality = json.loads((tmp_path / "quality.json").read_text())
    assert quality["clips_beyond_recording"] == ["c2"]


def test_a_second_run_reads_no_file_and_gives_the_same_bytes(run, write_begaze, tmp_path):
    write_begaze(GAZE)
    first, _ = run([("s1", 5)], {"s1": "s1.txt"})
    before = (tmp_path / "out" / "s1.h5").read_bytes()
    second, _ = run([("s1", 5)], {"s1": "s1.txt"})
    assert (first.num_computed, second.num_computed) == (1, 0)
    assert (tmp_path / "out" / "s1.h5").read_bytes() == before
    assert second.total == first.total


@pytest.mark.parametrize("change", [{"frame_base": 1}, {"map_width": 5}, {"fill_frames": 1}])
def test_a_change_of_what_shapes_the_rows_makes_them_anew(run, write_begaze, change):
    write_begaze(GAZE)
    run([("s1", 5)], {"s1": "s1.txt"})
    assert run([("s1", 5)], {"s1": "s1.txt"}, **change)[0].num_computed == 1


def test_a_later_clip_makes_the_rows_anew_up_to_its_end(run, write_begaze, tmp_path):
    write_begaze(GAZE)
    run([("s1", 5)], {"s1": "s1.txt"})
    run([("s1", 5), ("s1", 9)], {"s1": "s1.txt"})
    with h5py.File(tmp_path / "out" / "s1.h5") as file:
        assert len(file["valid"]) == 9


def test_a_change_of_what_only_judges_makes_nothing_anew(run, write_begaze):
    write_begaze(GAZE)
    run([("s1", 5)], {"s1": "s1.txt"})
    changes = {"required": False, "tolerance_frames": 9}
    assert run([("s1", 5)], {"s1": "s1.txt"}, **changes)[0].num_computed == 0


def test_one_new_session_costs_one_session(run, write_begaze):
    write_begaze(GAZE)
    write_begaze(GAZE[:2], "s2.txt")
    run([("s1", 5)], {"s1": "s1.txt"})
    report, _ = run([("s1", 5), ("s2", 5)], {"s1": "s1.txt", "s2": "s2.txt"})
    assert report.num_computed == 1


def test_a_session_that_left_the_index_leaves_the_folder(run, write_begaze, tmp_path):
    write_begaze(GAZE)
    run([("s1", 5), ("s2", 5)], {"s1": "s1.txt", "s2": ""})
    run([("s1", 5)], {"s1": "s1.txt"})
    assert os.listdir(tmp_path / "out") == ["s1.h5"]


def test_the_rows_of_the_real_recordings_are_valid_where_they_have_points(
    shared_dir, run, tmp_path
):
    root = shared_dir / "egtea"
    name = "P10-R02-TurkeySandwich"
    run([(name, 99)], {name: f"gaze_data/{name}.txt"}, root=str(root))
    with h5py.File(tmp_path / "out" / f"{name}.h5") as file:
        points, valid = file["points"][:], file["valid"][:]
        assert valid.sum() == 9706
        assert (np.isfinite(points).all(axis=1) == valid).all()


@pytest.mark.slow
def test_several_processes_give_what_one_gives(run, write_begaze, tmp_path):
    clips = [(f"s{number}", 5) for number in range(3)]
    files = {name: f"{name}.txt" for name, _ in clips}
    for number, file in enumerate(files.values()):
        write_begaze([*GAZE, (number, 0, 4, "Fixation")], file)
    run(clips, files)
    one = [(tmp_path / "out" / f"{name}.h5").read_bytes() for name, _ in clips]
    shutil.rmtree(tmp_path / ".work")
    assert run(clips, files, crew=replace(ALONE, processes=2))[0].num_computed == 3
    assert [(tmp_path / "out" / f"{name}.h5").read_bytes() for name, _ in clips] == one
