"""Fan-out over a real Dask scheduler and workers, which are processes of 127.0.0.1 here."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import distributed
import pytest
from fanout_work import (
    Step,
    be_killed,
    be_killed_at_first,
    look_around,
    refuse_oddly,
    refuse_three,
    square,
    take_seconds,
    wait_until,
)
from faults_run import KITCHEN, Run
from imports import REPOSITORY

from pipeline.fanout import ALONE, ClusterError, Crew, FanOutError, fan_out
from pipeline.kitchen.writing import write_kitchen
from pipeline.progress import Progress

pytestmark = pytest.mark.slow

QUIET = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
TESTS = REPOSITORY / "tests"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def dask(*arguments: str, folder: Path = REPOSITORY) -> Iterator[subprocess.Popen]:
    """Run a command of Dask as a user would, in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "dask", *arguments, *QUIET]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def scheduler(folder: Path = REPOSITORY) -> Iterator[str]:
    port = free_port()
    with dask("scheduler", "--host", "127.0.0.1", "--port", str(port), folder=folder):
        wait_until(lambda: is_open(port))
        yield f"tcp://127.0.0.1:{port}"


def worker(address: str, *options: str, folder: Path = REPOSITORY):
    host = ("--host", "127.0.0.1")
    return dask("worker", address, "--nthreads", "1", *host, *options, folder=folder)


@pytest.fixture(scope="module")
def crew(tmp_path_factory) -> Iterator[Crew]:
    """Return two workers; the scheduler runs where it cannot import the project."""
    with ExitStack() as stack:
        address = stack.enter_context(scheduler(tmp_path_factory.mktemp("elsewhere")))
        for _ in range(2):
            stack.enter_context(worker(address))
        yield replace(ALONE, cluster=address)


def run(function, items, crew):
    with Progress("numbers", len(items), "number") as progress:
        return fan_out(function, items, crew=crew, progress=progress)


def test_results_stand_in_the_order_of_the_items(crew):
    assert run(square, list(range(20, 0, -1)), crew) == [n * n for n in range(20, 0, -1)]


def test_work_is_spread_over_both_workers(crew):
    found = run(look_around, [1, 2, 3, 4], crew)
    assert len({process for process, _, _ in found}) == 2


def test_a_killed_worker_costs_its_task_only(crew, tmp_path):
    steps = [Step(number, tmp_path) for number in range(6)]
    results = run(be_killed_at_first, steps, crew)
    assert [number for number, _ in results] == list(range(6))
    begun = {step.number: len(step.mark.read_text().splitlines()) for step in steps}
    assert begun.pop(1) == 2
    assert set(begun.values()) == {1}


def test_an_item_that_kills_its_workers_is_an_error_that_names_it(crew, tmp_path):
    with pytest.raises(FanOutError, match="step 2: its worker was lost 4 times"):
        run(be_killed, [Step(number, tmp_path) for number in range(4)], crew)


def test_a_failure_names_its_item_and_is_not_tried_again(crew):
    with pytest.raises(FanOutError, match="numbers: 3: three is broken") as caught:
        run(refuse_three, [1, 2, 3, 4], crew)
    assert isinstance(caught.value.__cause__, ValueError)
    with pytest.raises(FanOutError, match="OddError: number 1 is odd"):
        run(refuse_oddly, [1], crew)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_a_stopped_run_has_not_begun_is_dropped(crew, tmp_path, number):
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}:{TESTS}"}
    command = [sys.executable, TESTS / "fanout_work.py", tmp_path, crew.cluster]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as started:
        wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
        started.send_signal(number)
        assert started.wait(2) != 0
    assert run(square, [1, 2, 3, 4], crew) == [1, 4, 9, 16]  # once the workers are free again
    assert len(list(tmp_path.iterdir())) == 2


def test_a_task_that_needs_a_gpu_waits_for_a_worker_that_has_one(crew, capfd):
    gpu = crew.for_gpus(["any"])
    with ExitStack() as stack:
        start = partial(worker, crew.cluster, "--resources", "GPU=1")
        timer = threading.Timer(1, lambda: stack.enter_context(start()))
        timer.start()
        found = run(look_around, [1, 2, 3], gpu)
        timer.join()
    assert len({process for process, _, _ in found}) == 1
    assert f"dask worker {crew.cluster} --nthreads 1 --resources GPU=1" in capfd.readouterr().err


def test_a_worker_that_cannot_import_the_project_is_an_error_that_says_where_to_start(tmp_path):
    told = "No module named 'pipeline'.*must be started in the repository, by .*dask worker"
    with (
        scheduler() as address,
        worker(address, folder=tmp_path),
        pytest.raises(ClusterError, match=told),
    ):
        run(square, [1, 2], replace(ALONE, cluster=address))


@pytest.mark.parametrize("changed", ["memo.py", "flow/added.cu"])
def test_a_worker_with_other_code_is_an_error_that_says_so(tmp_path, changed):
    shutil.copytree(REPOSITORY / "pipeline", tmp_path / "pipeline")
    with (tmp_path / "pipeline" / changed).open("a") as file:
        file.write("# other code\n")
    told = r"not like this run \(the code of pipeline/: found \w+, expected \w+\)"
    with (
        scheduler() as address,
        worker(address, folder=tmp_path),
        pytest.raises(ClusterError, match=told),
    ):
        run(square, [1, 2], replace(ALONE, cluster=address))


def test_a_scheduler_of_another_python_is_an_error_that_says_so(crew, monkeypatch):
    own = distributed.versions.get_versions()
    own["packages"]["python"] = "3.9.2.final.0"
    monkeypatch.setattr(distributed.versions, "get_versions", lambda *_: own)
    with pytest.raises(ClusterError, match=r"one and the same \.venv.*(?s:.*3\.9\.2)"):
        run(square, [1, 2], crew)


def test_a_scheduler_that_is_not_there_is_an_error_that_names_it():
    address = f"tcp://127.0.0.1:{free_port()}"
    started = time.monotonic()
    with pytest.raises(ClusterError, match=rf"{address}: no Dask scheduler.*dask scheduler --host"):
        run(square, [1, 2], replace(ALONE, cluster=address))
    assert time.monotonic() - started < 12


def test_a_scheduler_that_ends_is_an_error_that_names_it(tmp_path):
    with ExitStack() as stack:
        cluster = stack.enter_context(ExitStack())
        address = cluster.enter_context(scheduler())
        stack.enter_context(worker(address))
        threading.Timer(6, cluster.close).start()
        with pytest.raises(ClusterError, match=f"{address}: the scheduler is gone; run again"):
            run(
                take_seconds, [Step(n, tmp_path) for n in range(9)], replace(ALONE, cluster=address)
            )


def test_a_stage_with_a_worker_killed_in_the_middle_makes_the_serial_bytes(tmp_path):
    serial, spread = Run(tmp_path / "serial"), Run(tmp_path / "spread")
    with Progress("kitchen", KITCHEN.sessions, "session") as progress:
        write_kitchen(KITCHEN, serial.root, ALONE, progress)
    serial.all()
    shutil.copytree(serial.root, spread.root)
    spread.index()
    blocks = spread.folder / ".work" / "scratch" / "flow"
    with (
        scheduler() as address,
        worker(address, "--no-nanny") as victim,
        worker(address, "--no-nanny"),
    ):
        crew = replace(ALONE, cluster=address)
        spread.frames(crew)
        spread.gaze(crew)
        killer = threading.Thread(
            target=lambda: (wait_until(lambda: len(list(blocks.glob("*"))) == 2), victim.kill())
        )
        killer.start()
        spread.flow(crew)
        killer.join()
        assert victim.wait(5) == -signal.SIGKILL
    for name in ("frames", "flow", "gaze"):
        assert spread.stores(name) == serial.stores(name)
