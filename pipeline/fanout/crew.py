"""Who does the work of a stage: processes of this machine, workers of a cluster, or one shard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.fanout.shard import Shard

T = TypeVar("T")


@dataclass(frozen=True)
class Crew:
    """How work on many items is spread; never what it makes.

    Args:
        processes: processes of this machine's pool; 1 or more.
        cluster: address of a Dask scheduler (``tcp://host:port``) whose workers do the work
            instead of the pool, or None.
        gpus: CUDA devices (``0``, or a UUID) to hand out, one task a device at a time; empty
            where the work asks for none. A cluster's workers have devices of their own: there
            any entry means that a task needs one.
        shard: this run's part of the items, or None for all.
    """

    processes: int
    cluster: str | None
    gpus: tuple[str, ...]
    shard: Shard | None

    def for_gpus(self, gpus: Sequence[str]) -> "Crew":
        """Return this crew for work of which each task needs one of these CUDA devices."""
        return replace(self, gpus=tuple(gpus))

    def take(self, items: Sequence[T]) -> list[T]:
        """Return this run's part of the items: those of the shard, or all."""
        return list(items if self.shard is None else self.shard.take(items))

    def threads_per_task(self, num_tasks: int) -> int:
        """Return the cores that each of ``num_tasks`` tasks may use: 1 unless tasks are few.

        On a cluster it is 1, since each of its workers stands for one core.
        """
        if self.cluster is not None:
            return 1
        num_at_a_time = min(len(self.gpus) or self.processes, max(num_tasks, 1))
        return max(self.processes // num_at_a_time, 1)


ALONE = Crew(processes=1, cluster=None, gpus=(), shard=None)
"""All work in this process, one item after the other."""
