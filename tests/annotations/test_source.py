import os
from pathlib import Path

import pytest

from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.source import fingerprint_source


def fingerprint(root):
    return fingerprint_source(root)[0]


def test_the_same_files_have_the_same_fingerprint(egtea_root):
    assert fingerprint(egtea_root) == fingerprint(egtea_root)


@pytest.mark.parametrize(
    "path", ["action_annotation/train_split2.txt", "gaze_data/P01-R01-Soup.txt"]
)
def test_a_touched_file_changes_the_fingerprint(egtea_root, path):
    before = fingerprint(egtea_root)
    os.utime(egtea_root / path, ns=(1, 1))
    assert fingerprint(egtea_root) != before


def test_a_new_video_changes_the_fingerprint(egtea_root, video_bytes):
    before = fingerprint(egtea_root)
    (egtea_root / "cropped_clips" / "P09-R01-Soup").mkdir()
    (egtea_root / "cropped_clips" / "P09-R01-Soup" / "x.mp4").write_bytes(video_bytes)
    assert fingerprint(egtea_root) != before


def test_the_layouts_size_is_read_off_names(egtea_root, video_bytes):
    _, size = fingerprint_source(egtea_root)
    assert (size.num_clips, size.num_sessions, size.num_frames) == (4, 3, 4 * 28)
    assert size.video_bytes == 4 * len(video_bytes)


def test_a_folder_linked_into_itself_is_read_once(egtea_root):
    (egtea_root / "again").symlink_to(egtea_root)
    assert fingerprint_source(egtea_root)[1].num_clips == 4


def test_a_tables_size_counts_each_video_once(make_table):
    root = make_table("a.mp4,0,9,pour,train", "a.mp4,9,30,cut,train", "b.mp4,0,7,cut,test")
    (root / "a.mp4").write_bytes(b"12345")
    _, size = fingerprint_source(root)
    assert (size.num_clips, size.num_sessions, size.num_frames) == (3, 2, 37)
    assert size.video_bytes == 5


def test_a_csv_root_counts_only_the_files_it_names(make_table):
    root = make_table("a.mp4,0,9,pour,train") / "clips.csv"
    before = fingerprint(root)
    Path(root.parent / "other.mp4").touch()
    assert fingerprint(root) == before
    Path(root.parent / "a.mp4").touch()
    assert fingerprint(root) != before


def test_a_video_outside_of_a_tables_folder_counts_too(make_table, tmp_path):
    root = make_table(f"{tmp_path}/far.mp4,0,9,pour,train")
    before = fingerprint(root)
    (tmp_path / "far.mp4").touch()
    assert fingerprint(root) != before


def test_an_absent_root_is_named(tmp_path):
    with pytest.raises(AnnotationError, match=r"nowhere: no such folder"):
        fingerprint(tmp_path / "nowhere")
