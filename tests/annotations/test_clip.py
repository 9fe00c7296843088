from dataclasses import replace

import pytest

from pipeline.annotations.clip import read_clips, write_clips
from pipeline.annotations.errors import AnnotationError


def test_clips_come_back_as_written(make_clips, tmp_path):
    plain, labelled = make_clips(("a", 3), ("b", 4))
    labelled = replace(labelled, verb=0, nouns=(5, 0), part="validation")
    write_clips(tmp_path / "clips.csv", [plain, labelled])
    assert read_clips(tmp_path / "clips.csv") == [plain, labelled]


def test_clips_are_written_by_session_and_time(make_clips, tmp_path):
    clips = make_clips(*[("b", 0)] * 11, ("a", 0))
    write_clips(tmp_path / "clips.csv", reversed(clips))
    assert read_clips(tmp_path / "clips.csv") == [clips[-1], *clips[:-1]]


def test_a_table_of_other_columns_is_refused(tmp_path):
    (tmp_path / "clips.csv").write_text("clip,session\n")
    with pytest.raises(AnnotationError, match="run `dvc repro index`"):
        read_clips(tmp_path / "clips.csv")
