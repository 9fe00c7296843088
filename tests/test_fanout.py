import os
import signal
import subprocess
import sys
from dataclasses import replace
from multiprocessing import resource_tracker
from multiprocessing.resource_tracker import ResourceTracker
from pathlib import Path

import psutil
import pytest
from fanout_work import (
    Step,
    be_killed,
    be_killed_at_first,
    is_deaf_to_interrupts,
    look_around,
    refuse_oddly,
    refuse_three,
    square,
    wait_until,
)
from imports import REPOSITORY

from pipeline.fanout import ALONE, Crew, FanOutError, fan_out
from pipeline.progress import Progress

PAIR = replace(ALONE, processes=2)


def run(function, items, crew):
    with Progress("numbers", len(items), "number") as progress:
        return fan_out(function, items, crew=crew, progress=progress)


@pytest.mark.parametrize("crew", [ALONE, PAIR])
def test_results_stand_in_the_order_of_the_items(crew):
    assert run(square, [5, 1, 4, 2, 3], crew) == [25, 1, 16, 4, 9]


def test_no_items_need_nobody():
    assert run(square, [], replace(ALONE, cluster="tcp://127.0.0.1:1")) == []


def test_work_is_spread_over_processes_of_one_thread_each(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    found = run(look_around, [1, 2, 3, 4], PAIR)
    assert len({process for process, _, _ in found} - {os.getpid()}) == 2
    assert {threads for _, _, threads in found} == {"1"}
    assert "OMP_NUM_THREADS" not in os.environ


def test_only_the_run_itself_hears_an_interrupt(monkeypatch):
    # as in a run that has not begun a process yet
    monkeypatch.setattr(resource_tracker, "_resource_tracker", tracker := ResourceTracker())
    monkeypatch.setattr(resource_tracker, "ensure_running", tracker.ensure_running)
    monkeypatch.setattr(resource_tracker, "getfd", tracker.getfd)
    found = run(is_deaf_to_interrupts, [1, 2, 3, 4], PAIR)
    assert len({process for process, _ in found}) == 2
    assert all(is_deaf for _, is_deaf in found)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, set())


def test_each_gpu_is_handed_to_one_process(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2,3")
    crew = replace(ALONE, processes=8).for_gpus(["1", "GPU-3f"])
    found = run(look_around, [1, 2, 3, 4], crew)
    assert {device for _, device, _ in found} == {"1", "GPU-3f"}
    assert len({(process, device) for process, device, _ in found}) == 2
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "0,1,2,3"


@pytest.mark.parametrize(
    ("processes", "gpus", "num_tasks", "threads"),
    [(8, (), 100, 1), (8, (), 3, 2), (8, (), 0, 8), (1, (), 4, 1), (8, ("0", "1"), 9, 4)],
)
def test_few_tasks_may_use_the_cores_of_all(processes, gpus, num_tasks, threads):
    crew = Crew(processes=processes, cluster=None, gpus=gpus, shard=None)
    assert crew.threads_per_task(num_tasks) == threads


@pytest.mark.parametrize("crew", [ALONE, PAIR])
def test_a_failure_names_its_item_and_chains_its_cause(crew):
    with pytest.raises(FanOutError, match="numbers: 3: three is broken") as caught:
        run(refuse_three, [1, 2, 3, 4], crew)
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_fault_that_does_not_pickle_is_told_in_its_words():
    with pytest.raises(FanOutError, match=r"numbers: 1: OddError: number 1 is odd") as caught:
        run(refuse_oddly, [1, 1], PAIR)
    assert "in refuse_oddly" in caught.value.__cause__.__notes__[0]


@pytest.mark.parametrize("gpus", [(), ("6", "7")])
def test_a_killed_worker_costs_its_task_only(gpus, tmp_path, capfd):
    steps = [Step(number, tmp_path) for number in range(5)]
    results = run(be_killed_at_first, steps, PAIR.for_gpus(gpus))
    assert [number for number, _ in results] == [0, 1, 2, 3, 4]
    assert {device for _, device in results} <= set(
        gpus or [os.environ.get("CUDA_VISIBLE_DEVICES")]
    )
    begun = {step.number: len(step.mark.read_text().splitlines()) for step in steps}
    assert begun == {0: 1, 1: 2, 2: 1, 3: 1, 4: 1}
    assert "step 1: its worker was lost 1 of 3 times (SIGKILL" in capfd.readouterr().err


def test_an_item_that_kills_three_workers_is_an_error_that_names_it(tmp_path):
    steps = [Step(number, tmp_path) for number in range(5)]
    with pytest.raises(FanOutError, match=r"step 2: its worker was lost 3 of 3 times \(exit stat"):
        run(be_killed, steps, PAIR)
    begun = {
        step.number: len(step.mark.read_text().splitlines()) for step in steps if step.mark.exists()
    }
    assert begun[2] == 3
    assert all(times == 1 for number, times in begun.items() if number != 2)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_leaves_no_process_behind(number, tmp_path):
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'tests'}"}
    script = Path(__file__).with_name("fanout_work.py")
    started = subprocess.Popen(
        [sys.executable, script, tmp_path], env=environment, stderr=subprocess.DEVNULL
    )
    marks = [Step(0, tmp_path).mark, Step(1, tmp_path).mark]
    wait_until(lambda: all(mark.exists() and mark.read_text().endswith("\n") for mark in marks))
    children = [psutil.Process(int(mark.read_text())) for mark in marks]
    started.send_signal(number)
    started.wait(5)
    wait_until(lambda: not any(child.is_running() for child in children), seconds=5)
    assert len(list(tmp_path.iterdir())) == 2
