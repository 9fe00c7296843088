"""Running what a study lacks: some at a time, on after a failure, with the time that is left."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from pipeline.studies.plan import Cell
from pipeline.studies.time_left import TimeLeft, describe_seconds

TAIL_LINES = 15
"""Of a failed experiment's log that are shown."""

SECONDS_BETWEEN_LOOKS = 0.2


@runtime_checkable
class Running(Protocol):
    """An experiment that runs."""

    def poll(self) -> int | None:
        """Return its exit status, or None while it runs."""
        ...


@runtime_checkable
class Runner(Protocol):
    """Who runs experiments."""

    def start(self, cell: Cell, log: Path, slot: int) -> Running:
        """Begin one; what it prints goes to the log. Those that run at once have other slots."""
        ...

    def stop(self, running: Sequence[Running]) -> None:
        """End some in order, and return when they have ended."""
        ...


@dataclass(frozen=True)
class Failure:
    """An experiment that did not finish."""

    cell: Cell
    status: int
    log: Path


@dataclass(frozen=True)
class Place:
    """Where experiments run, and who is told.

    Args:
        runner: runs one.
        log_dir: gets a file for each.
        jobs: how many at once.
        tell: prints a line.
        pause: waits for some seconds between two looks at what runs.
    """

    runner: Runner
    log_dir: Path
    jobs: int
    tell: Callable[[str], None]
    pause: Callable[[float], None]


@dataclass(frozen=True)
class _Begun:
    """An experiment that runs, and when it began."""

    cell: Cell
    running: Running
    started: float


def run_cells(cells: Sequence[Cell], place: Place) -> list[Failure]:
    """Run experiments in their order, and return those that failed; the others go on.

    On an interrupt the running ones are ended before it is passed on; what they had finished
    stays in the memo store and DVC's run cache.
    """
    time_left = TimeLeft(len(cells), place.jobs)
    waiting = list(reversed(cells))
    slots: dict[int, _Begun] = {}
    failures: list[Failure] = []
    try:
        while waiting or slots:
            for slot in sorted(set(range(place.jobs)) - set(slots))[: len(waiting)]:
                slots[slot] = _begin(waiting.pop(), place, slot)
            place.pause(SECONDS_BETWEEN_LOOKS)
            for slot, begun in list(slots.items()):
                if (status := begun.running.poll()) is not None:
                    del slots[slot]
                    failures += _end(begun, status, place, time_left)
    except BaseException:
        place.tell("stopping: what runs is ended in order first")
        place.runner.stop([begun.running for begun in slots.values()])
        raise
    return failures


def describe_failure(failure: Failure) -> str:
    """Return what failed, and the end of its log."""
    told = f"FAILED with exit status {failure.status}: {failure.cell}; its log is {failure.log}"
    if not failure.log.is_file():
        return told
    lines = failure.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join([told, *[f"    {line}" for line in lines if line.strip()][-TAIL_LINES:]])


def _begin(cell: Cell, place: Place, slot: int) -> _Begun:
    place.tell(f"{cell}: begins, as {cell.name}")
    running = place.runner.start(cell, _log(cell, place), slot)
    return _Begun(cell, running, time.monotonic())


def _end(begun: _Begun, status: int, place: Place, time_left: TimeLeft) -> list[Failure]:
    seconds = time.monotonic() - begun.started
    words = time_left.count(seconds, has_failed=status != 0)
    place.tell(f"{begun.cell}: took {describe_seconds(seconds)}; {words}")
    if not status:
        return []
    failure = Failure(begun.cell, status, _log(begun.cell, place))
    place.tell(describe_failure(failure))
    return [failure]


def _log(cell: Cell, place: Place) -> Path:
    return place.log_dir / f"{cell.name}.log"
