from dataclasses import replace

import pytest

from pipeline.tables.clips import Clip, read_clips, write_clips
from pipeline.tables.rows import TableError

PLAIN = Clip("s-a", "s", "P1", "s/a.mp4", 0, 9, 30, 39, 2, None, (), "train")


def test_clips_come_back_as_written(tmp_path):
    labelled = replace(PLAIN, clip="s-b", session_start=40, verb=0, nouns=(5, 0), part="validation")
    write_clips(tmp_path / "clips.csv", [PLAIN, labelled])
    assert read_clips(tmp_path / "clips.csv") == [PLAIN, labelled]


def test_clips_are_written_by_session_and_time(tmp_path):
    # As text, 100 would stand before 20.
    late, early = replace(PLAIN, session_start=100), replace(PLAIN, session_start=20)
    first = replace(PLAIN, session="a", session_start=500)
    write_clips(tmp_path / "clips.csv", [late, early, first])
    assert read_clips(tmp_path / "clips.csv") == [first, early, late]


def test_a_table_of_other_columns_is_refused(tmp_path):
    (tmp_path / "clips.csv").write_text("clip,session\n")
    with pytest.raises(TableError, match="run `dvc repro index`"):
        read_clips(tmp_path / "clips.csv")


def test_an_absent_table_names_the_stage_to_run(tmp_path):
    with pytest.raises(TableError, match="dvc repro index"):
        read_clips(tmp_path / "clips.csv")
