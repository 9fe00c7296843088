import json
import shutil

import h5py
import numpy as np
import pytest

from pipeline.clips.shard import take_gaze
from pipeline.clips.stored import StoredGaze
from pipeline.clips.tally import PackError
from pipeline.quarantine import Quarantined, read_quarantine


def names(path):
    with h5py.File(path) as file:
        return list(file["clips/name"].asstr()[:])


def refusals(data):
    entries = read_quarantine(data.root / "quarantine" / "pack.csv")
    return {entry.clip: entry.reason for entry in entries}


def test_agreeing_clips_are_all_packed(data):
    tally = data.pack(max_share=0.0)
    assert (tally.num_listed, tally.num_dropped, tally.num_without_gaze) == (4, 0, 0)
    assert names(data.clips_dir / "one.h5") == ["a", "b"]
    assert names(data.clips_dir / "two.h5") == ["c", "d"]


def test_a_clip_points_at_its_first_frame_pair_and_gaze(packed):
    with h5py.File(packed.clips_dir / "one.h5") as file:
        table = {name: file["clips"][name][1] for name in file["clips"]}
        points = file["gaze/points"][table["first_gaze"] :][: table["num_frames"]]
    assert (table["first_frame"], table["first_pair"], table["num_pairs"]) == (20, 19, 8)
    assert np.allclose(points[:, 0], np.arange(25, 34) / 100)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"video_stop": 21}, "beyond_video"),
        ({"video": "one/lost.mp4"}, "no_frames"),
        ({"video_start": 19}, "too_short"),
    ],
)
def test_a_clip_that_does_not_fit_its_video_is_refused_alone(data, change, reason):
    data.list_clips(change)
    data.pack()
    assert refusals(data) == {"a": reason}
    assert names(data.clips_dir / "one.h5") == ["b"]


def test_flow_of_another_length_refuses_the_clips_of_its_video(data):
    data.write_images("flow", "one", {"one/a.mp4": 19, "one/b.mp4": 9})
    data.pack()
    assert refusals(data) == {"a": "flow_differs"}


def test_a_video_without_flow_is_refused(data):
    data.write_images("flow", "one", {"one/a.mp4": 20})
    data.pack()
    assert refusals(data) == {"b": "no_flow"}


def test_a_session_without_a_usable_clip_has_no_file_even_where_one_was(packed):
    shutil.rmtree(packed.root / "frames")
    packed.write_images("frames", "two", {"two/c.mp4": 30})
    packed.pack()
    assert [path.name for path in packed.clips_dir.iterdir()] == ["two.h5"]


@pytest.mark.parametrize(
    ("clip", "video", "left"),
    [("a", "one/a.mp4", ["b"]), ("", "one/b.mp4", ["a"]), ("", "", None)],
)
def test_what_an_earlier_stage_quarantined_is_left_out(data, clip, video, left):
    data.quarantine(Quarantined("frames", "one", clip, video, "truncated", ""))
    tally = data.pack()
    path = data.clips_dir / "one.h5"
    assert (names(path) if path.exists() else None) == left
    assert tally.dropped["frames"] == {"truncated": 2 - len(left or [])}
    assert refusals(data) == {}


def test_a_clip_refused_by_several_stages_counts_once_at_the_first(data):
    frames = Quarantined("frames", "one", "", "one/a.mp4", "truncated", "")
    data.quarantine(Quarantined("gaze", "one", "a", "", "length", ""), frames)
    assert data.pack().dropped["frames"] == {"truncated": 1}
    assert data.pack().dropped["gaze"] == {}


def test_what_index_refused_counts_and_drops_nothing_that_it_listed(data):
    data.quarantine(Quarantined("index", "one", "a", "", "duplicate_name", "second row"))
    tally = data.pack()
    assert (tally.num_listed, tally.num_dropped) == (5, 1)
    assert names(data.clips_dir / "one.h5") == ["a", "b"]


def test_too_large_a_share_stops_with_a_table_before_any_session_is_written(data):
    data.quarantine(Quarantined("index", "x", "y", "", "unknown_class", ""))
    data.list_clips({"video_stop": 21})
    with pytest.raises(PackError, match=r"2 of 5 .*(?s:.*)index +unknown_class +1\n.*beyond_video"):
        data.pack(max_share=0.39)
    assert not data.clips_dir.exists()


def test_the_share_that_is_allowed_does_not_stop(data):
    data.list_clips({"video_stop": 21})
    assert data.pack(max_share=0.25).share == 0.25


def test_a_data_set_without_a_usable_clip_stops_whatever_share_is_allowed(data):
    data.quarantine(*[Quarantined("frames", name, "", "", "length", "") for name in ("one", "two")])
    with pytest.raises(PackError, match="none is left"):
        data.pack(max_share=1.0)


def test_the_summary_is_written_even_where_the_run_stops(data):
    data.list_clips({"video_stop": 21})
    with pytest.raises(PackError):
        data.pack(max_share=0.0)
    summary = json.loads((data.root.parent / "reports/quarantine.json").read_text())
    assert summary["stages"]["pack"] == {"beyond_video": 1}
    assert (summary["listed"], summary["usable"]) == (4, 3)


def test_frames_beyond_the_gaze_are_absent_and_counted(data):
    data.write_gaze("one", 30)
    tally = data.pack()
    with h5py.File(data.clips_dir / "one.h5") as file:
        points, valid = file["gaze/points"][20:], file["gaze/valid"][20:]
    assert tally.num_without_gaze == 1
    assert np.isnan(points[5:]).all()
    assert not np.isnan(points[:5]).any()
    assert not valid[5:].any()


@pytest.mark.parametrize(("clip", "left"), [("a", ["b"]), ("b", ["a", "b"])])
def test_a_lack_of_gaze_takes_out_training_clips_only(data, clip, left):
    data.quarantine(Quarantined("gaze", "one", clip, "", "length", ""))
    data.pack()
    assert names(data.clips_dir / "one.h5") == left


def test_a_session_without_gaze_is_packed_with_no_valid_point(data):
    (data.root / "gaze" / "two.h5").unlink()
    assert data.pack().num_without_gaze == 2
    with h5py.File(data.clips_dir / "two.h5") as file:
        assert not file["gaze/valid"][:].any()


def test_gaze_before_the_first_row_is_absent():
    gaze = StoredGaze(np.ones((3, 2), np.float32), np.ones(3, np.uint8), np.ones(3, bool))
    assert take_gaze(gaze, np.array([-1, 0, 3])).valid.tolist() == [False, True, False]


def test_packing_again_gives_the_same_bytes(data):
    data.pack()
    first = {path.name: path.read_bytes() for path in data.clips_dir.iterdir()}
    data.pack()
    assert first == {path.name: path.read_bytes() for path in data.clips_dir.iterdir()}


def test_the_clips_files_hold_no_images(packed):
    with h5py.File(packed.clips_dir / "one.h5") as file:
        link = file.get("frames", getlink=True)
    assert isinstance(link, h5py.ExternalLink)
    assert link.filename == "../frames/one.h5"
