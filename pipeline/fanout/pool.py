"""Work over processes of this machine, where a lost one costs only the item it had in work.

`concurrent.futures` ends all of a pool's processes once one of them dies, and cannot end those at
work when the run is stopped; here each process has a lane of its own.
"""

import sys
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from multiprocessing.connection import wait
from typing import TypeVar

from pipeline.fanout.crew import Crew
from pipeline.fanout.errors import failure
from pipeline.fanout.lane import Lane, LostWorkerError
from pipeline.progress import Progress

T = TypeVar("T")

MAX_LOSSES = 3


def run_in_pool(
    function: Callable[[T], object], items: Sequence[T], crew: Crew, progress: Progress
) -> Mapping[int, object]:
    """Return each item's result by its number; no process is left when it returns or raises.

    Raises:
        FanOutError: the work on an item raised, or its worker was lost three times.
    """
    devices: Sequence[str | None] = crew.gpus or (None,) * crew.processes
    threads = crew.threads_per_task(len(items))
    lanes: list[Lane] = []
    try:
        for device in devices[: len(items)]:
            lanes.append(Lane(function, device, threads))  # noqa: PERF401  # all begun are ended
        return _deal(items, lanes, progress)
    finally:
        for lane in lanes:
            lane.stop()
        for lane in lanes:
            lane.join()


def _deal(items: Sequence[T], lanes: Sequence[Lane], progress: Progress) -> Mapping[int, object]:
    """Keep every lane at work until all items are done; a lost one is tried again at the end."""
    waiting = deque(range(len(items)))
    at_work: dict[Lane, int] = {}
    losses: Counter[int] = Counter()
    results: dict[int, object] = {}
    while len(results) < len(items):
        for lane in lanes:
            if waiting and lane not in at_work:
                at_work[lane] = waiting.popleft()
                lane.give(items[at_work[lane]])
        for lane in _ready(at_work):
            number = at_work.pop(lane)
            item = items[number]
            try:
                results[number] = lane.take()
            except LostWorkerError as lost:
                losses[number] += 1
                told = f"its worker was lost {losses[number]} of {MAX_LOSSES} times ({lost})"
                if losses[number] == MAX_LOSSES:
                    raise failure(progress.label, item, f"{told}; run again") from lost
                print(f"{progress.label}: {item}: {told}, trying again", file=sys.stderr)
                lane.restart()
                waiting.append(number)
            except Exception as error:
                raise failure(progress.label, item, error) from error
            else:
                progress.advance()
    return results


def _ready(lanes: Collection[Lane]) -> list[Lane]:
    """Wait until some lanes have a result, or have lost their process."""
    ready = wait([lane.connection for lane in lanes])
    return [lane for lane in lanes if lane.connection in ready]
