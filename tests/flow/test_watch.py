import re

import pytest

from pipeline.flow import watch as module
from pipeline.flow.watch import Watched, count_done, describe, watching
from pipeline.progress import Progress


@pytest.fixture
def sessions(tmp_path):
    """One session that is remembered, one with 40 of 100 pairs in blocks, one not begun."""
    (tmp_path / "half").mkdir()
    (tmp_path / "later").mkdir()
    for name in ("0_25.h5", "50_65.h5", "25_50.h5.part7"):
        (tmp_path / "half" / name).touch()
    return [
        Watched(30, tmp_path / "gone"),
        Watched(100, tmp_path / "half"),
        Watched(70, tmp_path / "later"),
    ]


def test_pairs_of_whole_sessions_and_of_finished_blocks_count(sessions):
    assert count_done(sessions) == 70


def test_blocks_of_another_length_do_not_count_twice(sessions, tmp_path):
    (tmp_path / "half" / "0_90.h5").touch()
    assert count_done(sessions) == 130


def test_the_rate_is_that_of_this_run_and_tells_the_time_left(sessions):
    assert describe(sessions, 50, 10.0) == "70 of 200 pairs, 2.0 pairs/s, 65 s left"
    assert describe(sessions, 70, 10.0) == "70 of 200 pairs, 0.0 pairs/s"


def test_progress_hears_of_pairs_while_the_work_runs(sessions, capsys, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LOOKS", 0.001)
    monkeypatch.setattr("pipeline.progress.SECONDS_BETWEEN_LINES", 0.0)
    with Progress("flow", 3, "session") as progress, watching(sessions, progress):
        shown = ""
        while "pairs" not in shown:
            shown += capsys.readouterr().err
    assert re.search(r"flow: 0/3 session, 70 of 200 pairs, 0.0 pairs/s\n", shown)
