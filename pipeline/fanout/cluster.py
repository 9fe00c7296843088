"""Work over the workers of a Dask cluster that the user runs, on this machine or under Slurm.

The scheduler gives the task of a lost worker to another one, and drops what a client that is gone
had asked for.
"""

import sys
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from pipeline.fanout.attempt import result_of
from pipeline.fanout.crew import Crew
from pipeline.fanout.errors import ClusterError, failure
from pipeline.fanout.scheduler import Scheduler, open_scheduler
from pipeline.fanout.task import pack_task
from pipeline.progress import Progress

if TYPE_CHECKING:
    from distributed import Future

T = TypeVar("T")

SECONDS_BETWEEN_LOOKS = 2.0
"""How long a worker that joins waits for its first task, at most."""


def run_on_cluster(
    function: Callable[[T], object], items: Sequence[T], crew: Crew, progress: Progress
) -> Mapping[int, object]:
    """Return each item's result by its number.

    Raises:
        FanOutError: the work on an item raised, or its workers were lost too often.
        ClusterError: no scheduler answers, or a worker is not like this process.
    """
    with open_scheduler(str(crew.cluster), needs_gpu=bool(crew.gpus)) as scheduler:
        return _deal(function, items, scheduler, progress)


def _deal(
    function: Callable[[T], object],
    items: Sequence[T],
    scheduler: Scheduler,
    progress: Progress,
) -> Mapping[int, object]:
    """Keep every worker at work until all items are done.

    The scheduler gets no more tasks than workers have places: it would put the others down for
    workers too, and hold the loss of a worker against each of them.
    """
    run = uuid.uuid4().hex
    waiting = deque(range(len(items)))
    at_work: dict[Future[bytes], int] = {}
    finished: SimpleQueue[Future[bytes]] = SimpleQueue()
    results: dict[int, object] = {}
    had_places = True
    while len(results) < len(items):
        num_places = scheduler.count_places()
        if had_places and not num_places:
            told = f"no worker is at {scheduler.address} yet; start some {scheduler.how_to_join()}"
            print(f"{progress.label}: {told}", file=sys.stderr)
        had_places = num_places > 0
        while waiting and len(at_work) < num_places:
            number = waiting.popleft()
            task = pack_task(function, items[number])
            future = scheduler.submit(task, f"{progress.label}-{number}-{run}")
            at_work[future] = number
            future.add_done_callback(finished.put)
        try:
            future = finished.get(timeout=SECONDS_BETWEEN_LOOKS)
        except Empty:
            continue
        number = at_work.pop(future)
        results[number] = _result(future, items[number], scheduler, progress)
        progress.advance()
    return results


def _result(
    future: "Future[bytes]", item: object, scheduler: Scheduler, progress: Progress
) -> object:
    """Return a finished task's result; what Dask itself raises is not the work's fault."""
    from distributed import CancelledError, KilledWorker

    try:
        payload = future.result()
    except KilledWorker as error:
        num_losses = error.allowed_failures + 1
        told = f"its worker was lost {num_losses} times, most often for lack of memory; run again"
        raise failure(progress.label, item, told) from error
    except CancelledError as error:
        raise ConnectionError(str(error)) from error
    except Exception as error:
        raise ClusterError(
            f"{scheduler.address}: a worker could not begin ({error}); workers must be started "
            + scheduler.how_to_join()
        ) from error
    try:
        return result_of(payload)
    except ClusterError:
        raise
    except Exception as error:
        raise failure(progress.label, item, error) from error
