"""One worker process of this machine's pool, which has one item at a time in work."""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection

from pipeline.fanout.attempt import attempt, result_of
from pipeline.lifetime import end_with_parent

SECONDS_TO_END = 5.0
"""How long a process may take to end before it is killed."""
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",  # torch
    "OPENBLAS_NUM_THREADS",  # numpy
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)
"""What each library reads; it would else start a thread a core, in every process."""


class LostWorkerError(RuntimeError):
    """A worker process ended while it had an item in work; the message says how."""


class Lane:
    """A freshly spawned process, and the connection to it.

    Args:
        function: what is done to an item; it, items and results must pickle.
        device: the only CUDA device that the process sees, or None for no change.
        threads: threads that a numerical library may use in the process, where the user's own
            ``OMP_NUM_THREADS`` … do not say.
    """

    def __init__(self, function: Callable[..., object], device: str | None, threads: int) -> None:
        self._function = function
        self._environment = {
            name: os.environ.get(name, str(threads)) for name in THREAD_VARIABLES
        } | ({} if device is None else {"CUDA_VISIBLE_DEVICES": device})
        self.restart()

    def restart(self) -> None:
        """Begin with a fresh process, which has nothing in work."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(self._function, theirs, os.getpid()), daemon=True
        )
        with _environment(self._environment), _without_interrupts():
            process.start()
            # one that did not start can be neither stopped nor joined
            self.connection, self._process, self._is_at_work = ours, process, False
        theirs.close()  # so that the process's end is the connection's

    def give(self, item: object) -> None:
        """Put an item into work; where the process is gone, `take` says so."""
        payload = pickle.dumps(item)
        self._is_at_work = True
        with suppress(ConnectionError):
            self.connection.send_bytes(payload)

    def take(self) -> object:
        """Wait for the result of the item in work, or raise what the work raised.

        Raises:
            LostWorkerError: the process is gone; `restart` before more is given.
        """
        try:
            payload = self.connection.recv_bytes()
        except (EOFError, OSError) as error:  # an OSError in the middle of a result
            self.stop()
            self.join()
            raise LostWorkerError(_how_it_ended(self._process.exitcode)) from error
        self._is_at_work = False
        return result_of(payload)

    def stop(self) -> None:
        """Ask the process to end: at once where it has an item in work, else on its own."""
        self.connection.close()
        if self._is_at_work:
            self._process.terminate()

    def join(self) -> None:
        """Wait for a stopped process, and kill it where that takes too long."""
        self._process.join(SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def serve(function: Callable[..., object], connection: Connection, parent: int) -> None:
    """Work on items until the parent closes the connection, or is gone."""
    end_with_parent()
    if os.getppid() != parent:  # it ended before the line above
        return
    while True:
        try:
            payload = connection.recv_bytes()
        except (EOFError, OSError):
            return
        done = attempt(lambda: function(pickle.loads(payload)))  # noqa: B023, S301
        connection.send_bytes(done)


def _how_it_ended(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return f"exit status {exit_code}"
    name = signal.Signals(-exit_code).name
    return f"{name}, most often for lack of memory" if name == "SIGKILL" else name


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for a process to inherit: libraries read them while they are imported."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let a process inherit deafness to Ctrl-C, which its parent hears and then ends it."""
    resource_tracker.ensure_running()  # `start` would begin it, and Python then unblocks SIGINT
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
