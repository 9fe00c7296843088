from pathlib import Path

import pytest
from studies.made_study import Ended

from pipeline.studies.plan import Cell
from pipeline.studies.run import Place, run_cells
from pipeline.studies.time_left import TimeLeft, describe_seconds

CELLS = [Cell(f"x-{number}", f"row {number}", "split", 1, ()) for number in range(5)]


class Runner:
    """Ends each experiment after a number of looks; keeps who ran beside whom."""

    def __init__(self, looks=(1,) * 5, failing=(), interrupted=None):
        self.looks, self.failing, self.interrupted = looks, failing, interrupted
        self.begun: list[str] = []
        self.slots: list[int] = []
        self.stopped: list[Ended] = []

    def start(self, cell: Cell, log: Path, slot: int) -> Ended:
        number = int(cell.name[-1])
        self.begun.append(cell.name)
        self.slots.append(slot)
        log.write_text("one\n\ntwo\n")
        return Ended(3 if number in self.failing else 0, self.looks[number])

    def stop(self, running) -> None:
        self.stopped = list(running)


def run(runner, tmp_path, jobs=1, pause=lambda _: None):
    lines: list[str] = []
    failures = run_cells(CELLS, Place(runner, tmp_path, jobs, lines.append, pause))
    return failures, "\n".join(lines)


def test_experiments_run_in_their_order_one_at_a_time(tmp_path):
    runner = Runner()
    failures, told = run(runner, tmp_path)
    assert runner.begun == [cell.name for cell in CELLS]
    assert set(runner.slots) == {0}
    assert failures == []
    assert "row 4, split, seed 1: took 0 s; 5 of 5 done" in told


def test_a_failed_experiment_shows_its_logs_end_and_the_others_go_on(tmp_path):
    failures, told = run(runner := Runner(failing=(1,)), tmp_path)
    assert len(runner.begun) == 5
    assert [(failure.cell.name, failure.status) for failure in failures] == [("x-1", 3)]
    assert f"FAILED with exit status 3: row 1, split, seed 1; its log is {tmp_path}/x-1.log" in told
    assert "    one\n    two\n" in told


def test_as_many_run_at_once_as_there_are_jobs_each_in_a_slot_of_its_own(tmp_path):
    runner = Runner(looks=(3, 1, 1, 1, 1))
    run(runner, tmp_path, jobs=2)
    assert runner.begun == [cell.name for cell in CELLS]
    assert runner.slots == [0, 1, 1, 0, 1]


def test_an_interrupt_ends_what_runs_and_is_passed_on(tmp_path):
    def interrupt(_):
        raise KeyboardInterrupt

    runner = Runner()
    with pytest.raises(KeyboardInterrupt):
        run(runner, tmp_path, jobs=2, pause=interrupt)
    assert len(runner.stopped) == 2
    assert runner.begun == ["x-0", "x-1"]


def test_the_time_left_is_that_of_those_that_succeeded_times_the_rounds_left():
    time_left = TimeLeft(total=6, jobs=2)
    assert time_left.count(1.0, has_failed=True) == "1 of 6 done"
    assert time_left.count(600.0, has_failed=False) == "2 of 6 done, about 20 min left"
    assert time_left.count(1200.0, has_failed=False) == "3 of 6 done, about 30 min left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0.4, "0 s"), (119.0, "119 s"), (720.0, "12 min")),
        *((11100.0, "3 h 05 min"), (187200.0, "2 d 4 h")),
    ],
)
def test_durations_are_said_as_people_say_them(seconds, words):
    assert describe_seconds(seconds) == words
