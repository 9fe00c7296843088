"""One way to do the same work on many sessions: in this process, or over a pool of processes."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from pipeline.lifetime import end_with_parent
from pipeline.progress import Progress

T = TypeVar("T")
R = TypeVar("R")


class FanOutError(RuntimeError):
    """The work on one item failed; the message names the item, the cause is chained."""


def fan_out(
    function: Callable[[T], R], items: Sequence[T], *, workers: int, progress: Progress
) -> list[R]:
    """Apply ``function`` to every item; results stand in the order of ``items``.

    With one worker (or one item) everything runs in this process. Otherwise ``function`` and
    items travel to freshly spawned processes and must pickle. Work that finished before a
    failure is kept by whoever did it (the memo store), so a rerun goes on from there.

    Raises:
        FanOutError: an item failed; no further item is begun.
    """
    if workers <= 1 or len(items) <= 1:
        return [_run_here(function, item, progress) for item in items]
    context = multiprocessing.get_context("spawn")
    count = min(workers, len(items))
    with ProcessPoolExecutor(count, mp_context=context, initializer=end_with_parent) as pool:
        futures: dict[Future[R], int] = {
            pool.submit(function, item): number for number, item in enumerate(items)
        }
        try:
            _drain(set(futures), items, futures, progress)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in sorted(futures, key=lambda key: futures[key])]


def _run_here(function: Callable[[T], R], item: T, progress: Progress) -> R:
    try:
        result = function(item)
    except Exception as error:
        raise FanOutError(f"{progress.label}: {item}: {error}") from error
    progress.advance()
    return result


def _drain(
    pending: set[Future[R]],
    items: Sequence[T],
    numbers: dict[Future[R], int],
    progress: Progress,
) -> None:
    while pending:
        finished, pending = wait(pending, return_when=FIRST_COMPLETED)
        for future in finished:
            item = items[numbers[future]]
            try:
                future.result()
            except BrokenProcessPool as error:
                raise FanOutError(
                    f"{progress.label}: a worker process died (killed, or out of memory) while "
                    f"{item} or a neighbour was in work; run again, finished items are kept"
                ) from error
            except Exception as error:
                raise FanOutError(f"{progress.label}: {item}: {error}") from error
            progress.advance()
