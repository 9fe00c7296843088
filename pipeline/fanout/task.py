"""What a cluster's worker runs: one item's work, where the worker is like the run that asks."""

import os
import pickle
import socket
from collections.abc import Callable, Mapping

from pipeline.fanout.attempt import attempt
from pipeline.fanout.errors import ClusterError
from pipeline.fanout.likeness import PACKAGE, describe_process, differences


def pack_task(function: Callable[..., object], item: object) -> bytes:
    """Return a task as it travels; what the worker must be like is looked at before it is read."""
    return pickle.dumps((function, item))


def run_task(expected: Mapping[str, str], task: bytes) -> bytes:
    """Do a task and return its `attempt`; `expected` describes the process that asks for it."""
    return attempt(lambda: _run(expected, task))


def _run(expected: Mapping[str, str], task: bytes) -> object:
    unlike = differences(describe_process(), expected)
    if unlike:
        raise ClusterError(
            f"the worker {os.getpid()} on {socket.gethostname()} is not like this run "
            f"({'; '.join(unlike)}): end it, and start it again in the repository of this run"
        )
    # as a stage has it (stages/environment.py), and before numba is imported
    os.environ.setdefault("NUMBA_CACHE_DIR", str(PACKAGE.parent / ".work" / "numba"))
    function, item = pickle.loads(task)  # noqa: S301  # from the run that the user started
    return function(item)
