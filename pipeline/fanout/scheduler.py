"""The client of the Dask scheduler that the user names; nothing is started, nothing listens."""

import operator
import pkgutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.fanout.errors import ClusterError
from pipeline.fanout.task import describe_process

if TYPE_CHECKING:
    from distributed import Client, Future

SECONDS_TO_CONNECT = 8
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
PRIVATE_DASHBOARD = "--dashboard-address 127.0.0.1:0"
"""Without it, and without ``--host``, Dask listens on every network that the machine is in."""
RESOURCE = "GPU"
"""What a worker with a CUDA device says that it has one of."""
RUN_TASK = "pipeline.fanout.task:run_task"


@dataclass(frozen=True)
class Scheduler:
    """A connection.

    Args:
        client: the connection itself.
        address: ``tcp://host:port``.
        needs_gpu: whether tasks go to workers that have a GPU only, one at a time.
    """

    client: "Client"
    address: str
    needs_gpu: bool

    def count_places(self) -> int:
        """Return the tasks that the workers present can do at a time."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
        if self.needs_gpu:
            return int(sum(worker["resources"].get(RESOURCE, 0) for worker in workers))
        return sum(worker["nthreads"] for worker in workers)

    def submit(self, task: bytes, name: str) -> "Future[bytes]":
        """Hand in a task; its result is that of `run_task`.

        The function travels as its name: a worker (or a scheduler) that cannot import it would
        end over the function itself, and nobody would hear of it.
        """
        call = (operator.call, (pkgutil.resolve_name, RUN_TASK), describe_process(), task)
        resources = {RESOURCE: 1} if self.needs_gpu else None
        return self.client.get({name: call}, name, resources=resources, sync=False)

    def how_to_join(self) -> str:
        """Return where and by which command a worker is started."""
        resources = f" --resources {RESOURCE}=1" if self.needs_gpu else ""
        host = self.address.removeprefix("tcp://").rpartition(":")[0]
        host = host if host in LOCAL_HOSTS else "ITS_OWN_ADDRESS"
        command = f".venv/bin/python -m dask worker {self.address} --nthreads 1{resources}"
        return f"in the repository, by {command} --host {host} {PRIVATE_DASHBOARD}"


@contextmanager
def open_scheduler(address: str, *, needs_gpu: bool) -> Iterator[Scheduler]:
    """Connect to a scheduler; leaving the block drops what has not been done.

    Raises:
        ClusterError: no scheduler answers, or it runs another Python or other libraries.
    """
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", VersionMismatchWarning)
            client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except OSError as error:  # a TimeoutError too
        raise ClusterError(
            f"{address}: no Dask scheduler answers (FIXATE_CLUSTER); start one by "
            f".venv/bin/python -m dask scheduler --host HOST --port PORT {PRIVATE_DASHBOARD}, or "
            "unset FIXATE_CLUSTER to work on this machine alone"
        ) from error
    except (VersionMismatchWarning, ImportError) as error:
        raise ClusterError(
            f"{address}: scheduler, workers and this run must have one and the same .venv; end "
            f"those that differ, and start them again in the repository. {error}"
        ) from error
    try:
        with client:
            yield Scheduler(client, address, needs_gpu)
    except OSError as error:
        raise ClusterError(
            f"{address}: the scheduler is gone; run again, finished items are kept"
        ) from error
