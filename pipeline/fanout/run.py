"""The one way to do the same work on many items, whoever does it."""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from pipeline.fanout.cluster import run_on_cluster
from pipeline.fanout.crew import Crew
from pipeline.fanout.errors import failure
from pipeline.fanout.pool import run_in_pool
from pipeline.progress import Progress

T = TypeVar("T")
R = TypeVar("R")


def fan_out(
    function: Callable[[T], R], items: Sequence[T], *, crew: Crew, progress: Progress
) -> list[R]:
    """Apply ``function`` to every item; results stand in the order of ``items``.

    Work begins in the order of ``items``, so put long ones first. It is done by the cluster
    where the crew has one, else over a pool, or in this process where one process is enough;
    but for the last, ``function``, items and results must pickle, and paths be absolute. A lost
    worker costs the item it had in work, which is tried again. Work that finished before a
    failure is kept by whoever did it (the memo store), so a rerun goes on from there.

    Raises:
        FanOutError: the work on an item raised, which is not tried again, or its worker was lost
            too often; no further item is begun.
        ClusterError: there is no such cluster, or its workers are not like this run.
    """
    if not items:
        return []
    if crew.cluster is not None:
        results = run_on_cluster(function, items, crew, progress)
    elif crew.gpus or min(crew.processes, len(items)) > 1:
        results = run_in_pool(function, items, crew, progress)
    else:
        return [_run_here(function, item, progress) for item in items]
    return [cast("R", results[number]) for number in range(len(items))]


def _run_here(function: Callable[[T], R], item: T, progress: Progress) -> R:
    try:
        result = function(item)
    except Exception as error:
        raise failure(progress.label, item, error) from error
    progress.advance()
    return result
