import json
from collections import Counter

import pytest
from annotations.conftest import write_video

from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.index import write_index
from pipeline.annotations.params import DatasetName, IndexConfig
from pipeline.annotations.protocols import DATASET_PROTOCOLS
from pipeline.annotations.readers import GAZE_CHECKS, READERS
from pipeline.fanout import ALONE
from pipeline.memo import file_digest
from pipeline.params import ParamsError, validate
from pipeline.quarantine import read_quarantine
from pipeline.tables.classes import read_classes
from pipeline.tables.clips import read_clips
from pipeline.tables.sessions import read_session_gaze, read_session_videos

TABLES = ("clips.csv", "classes.csv", "sessions.csv", "gaze.csv", "report.json")


def config(root, name="egtea", by="none", protocol="official_split1", protocol_seed=None):
    values = {
        "dataset": {"name": name, "root": str(root)},
        "source": "",
        "protocol": protocol,
        "protocol_seed": protocol_seed,
        "validation": {"by": by, "share": 0.2},
        "seed": 0,
    }
    return validate(IndexConfig, values, "index.yaml")


@pytest.fixture
def index(tmp_path, memo):
    def write(root, **options):
        return write_index(
            config(root, **options), tmp_path / "index", tmp_path / "quarantine.csv", memo, ALONE
        )

    return write


def test_a_made_set_is_indexed_whole(egtea_root, index, tmp_path):
    report = index(egtea_root)
    clips = read_clips(tmp_path / "index" / "clips.csv")
    assert report.clips == {"train": 3, "validation": 0, "test": 1}
    assert {(clip.video_start, clip.video_stop) for clip in clips} == {(0, 28)}
    assert (clips[0].action, clips[0].verb, clips[0].nouns) == (0, 0, (2, 0))
    assert len(read_classes(tmp_path / "index" / "classes.csv")) == 2 + 2 + 3


def test_each_video_has_a_row_with_its_frames_and_digest(egtea_root, index, tmp_path):
    index(egtea_root)
    rows = read_session_videos(tmp_path / "index" / "sessions.csv")
    assert [row.session for row in rows] == ["P01-R01-Soup"] * 2 + ["P01-R02-Cake", "P02-R01-Soup"]
    assert {row.num_frames for row in rows} == {28}
    assert {row.digest for row in rows} == {file_digest(egtea_root / rows[0].video)}


def test_each_session_has_a_gaze_row_empty_where_it_has_no_gaze(egtea_root, index, tmp_path):
    index(egtea_root)
    rows = {row.session: row for row in read_session_gaze(tmp_path / "index" / "gaze.csv")}
    assert rows["P01-R01-Soup"].format == "begaze"
    assert rows["P01-R01-Soup"].digest == file_digest(egtea_root / rows["P01-R01-Soup"].gaze)
    assert (rows["P01-R02-Cake"].gaze, rows["P01-R02-Cake"].digest) == ("", "")


def test_the_same_set_gives_the_same_bytes(egtea_root, index, tmp_path):
    def written():
        index(egtea_root, by="session")
        return [(tmp_path / "index" / name).read_bytes() for name in TABLES]

    assert written() == written()


def test_another_validation_part_leaves_sessions_as_they_are(egtea_root, index, tmp_path):
    index(egtea_root)
    before = (tmp_path / "index" / "sessions.csv").read_bytes()
    assert index(egtea_root, by="session").clips["validation"] > 0
    assert (tmp_path / "index" / "sessions.csv").read_bytes() == before


def test_broken_and_missing_videos_are_left_out_and_counted(egtea_root, index, tmp_path):
    first, second, *_ = sorted(egtea_root.glob("cropped_clips/*/*.mp4"))
    first.write_bytes(b"")
    second.unlink()
    report = index(egtea_root)
    entries = read_quarantine(tmp_path / "quarantine.csv")
    assert report.quarantined == Counter(entry.reason for entry in entries)
    assert report.quarantined == {"empty_file": 1, "missing_video": 1}
    assert {entry.clip for entry in entries} == {first.stem, second.stem}
    assert sum(report.clips.values()) == 2


def test_a_set_without_a_usable_video_is_an_error_that_says_where_it_looked(shared_dir, index):
    with pytest.raises(AnnotationError, match=r"10321 missing_video.*no file .*\.mp4"):
        index(shared_dir / "egtea")


def test_real_videos_are_indexed_with_the_end_of_each_held_back(shared_dir, index, tmp_path):
    report = index(shared_dir / "real_clips", name="table", by="time", protocol="listed")
    assert report.clips == {"train": 90, "validation": 22, "test": 48}
    assert report.classes_without == {"train": (), "validation": (), "test": ()}
    assert not report.quarantined
    assert json.loads((tmp_path / "index" / "report.json").read_text())["sessions"] == 16


def test_a_table_clip_beyond_its_video_is_left_out(make_table, index, video_bytes):
    root = make_table("a.mp4,0,28,pour,train", "a.mp4,20,29,pour,train")
    (root / "a.mp4").write_bytes(video_bytes)
    report = index(root / "clips.csv", name="table", protocol="listed")
    assert report.clips["train"] == 1
    assert report.quarantined == {"beyond_video": 1}


@pytest.mark.parametrize(
    ("name", "protocol", "known"),
    [
        ("table", "official_split1", "'listed'"),
        ("egtea", "listed", "'official_split1' or .*'iga_widened' or .*'subject_disjoint'"),
        ("kitchen", "listed", "'official_split1' or .*'iga_widened' or .*'subject_disjoint'"),
        ("kitchen", "avg3", "'official_split1' or .*'iga_widened' or .*'subject_disjoint'"),
    ],
)
def test_a_protocol_that_a_data_set_cannot_have_is_refused_with_those_it_can(name, protocol, known):
    with pytest.raises(
        ParamsError, match=f"protocol: found '{protocol}'.*{name}: {known}"
    ) as fault:
        config("/x", name=name, protocol=protocol)
    assert len(str(fault.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("protocol", "by"),
    [("session_disjoint", "time"), ("subject_disjoint", "session"), ("subject_disjoint", "time")],
)
def test_a_validation_part_that_joins_what_the_protocol_keeps_apart_is_refused(protocol, by):
    with pytest.raises(
        ParamsError, match=rf"validation: .*{protocol} lets validation\.by be 'none'"
    ):
        config("/x", protocol=protocol, protocol_seed=1, by=by)


def test_every_data_set_of_the_configuration_has_a_reader_and_protocols():
    datasets = set(DatasetName.__args__)
    assert set(READERS) == set(GAZE_CHECKS) == set(DATASET_PROTOCOLS) == datasets


def test_a_disjoint_protocol_tests_on_whole_sessions_and_says_which(egtea_root, index, tmp_path):
    report = index(egtea_root, protocol="session_disjoint", protocol_seed=1)
    clips = read_clips(tmp_path / "index" / "clips.csv")
    tested = {clip.session for clip in clips if clip.part == "test"}
    assert report.protocol.test_groups == tuple(sorted(tested))
    assert len(clips) == 4
    assert not {clip.session for clip in clips if clip.part == "train"} & tested


def test_a_split_of_other_parts_leaves_the_sessions_as_they_are(egtea_root, index, tmp_path):
    index(egtea_root)
    before = (tmp_path / "index" / "sessions.csv").read_bytes()
    index(egtea_root, protocol="subject_disjoint", protocol_seed=1)
    assert (tmp_path / "index" / "sessions.csv").read_bytes() == before


@pytest.fixture
def short_clip(egtea_root, add_row):
    """Add a training clip of 14 frames, without a file of its own."""
    name = "P01-R01-Soup-1000-1500-F000023-F000037"
    for split in (1, 2, 3):
        add_row(f"train_split{split}.txt", f"{name} 1 1 3 1")
    return name


@pytest.mark.parametrize(("num_frames", "start"), [(60, 18), (40, 16)])
def test_a_widened_clip_is_seen_in_its_whole_recording(
    egtea_root, index, tmp_path, short_clip, num_frames, start
):
    write_video(egtea_root / "videos" / "P01-R01-Soup.mp4", num_frames)
    report = index(egtea_root, protocol="iga_widened")
    rows = read_clips(tmp_path / "index" / "clips.csv")
    clip = next(clip for clip in rows if clip.clip == short_clip)
    assert clip.video == "videos/P01-R01-Soup.mp4"
    assert (clip.video_start, clip.video_stop) == (start, start + 24)
    assert (clip.session_start, clip.session_stop) == (start, start + 24)
    assert report.protocol.widened == {"train": 1, "validation": 0, "test": 0}
    assert report.clips_shorter_than["24"] == 0


def test_a_recording_that_ends_before_the_listed_frames_leaves_the_clip_out(
    egtea_root, index, short_clip
):
    assert short_clip
    write_video(egtea_root / "videos" / "P01-R01-Soup.mp4", 36)
    assert index(egtea_root, protocol="iga_widened").quarantined == {"beyond_video": 1}


def test_an_absent_recording_stops_a_protocol_that_needs_it(egtea_root, index, short_clip):
    with pytest.raises(
        AnnotationError, match=r"1 clips .*such as videos/P01-R01-Soup\.mp4; .*split1"
    ):
        index(egtea_root, protocol="iga_widened")
    assert short_clip


def test_no_recording_is_needed_where_no_clip_is_short(egtea_root, index):
    assert index(egtea_root, protocol="iga_widened").protocol.widened["train"] == 0
