"""What a cluster's worker runs: one item's work, where the worker is like the run that asks.

It is like it where it would do the work as that process does: with its code and its libraries.
"""

import os
import pickle
import platform
import socket
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline.fanout.attempt import attempt
from pipeline.fanout.errors import ClusterError
from pipeline.memo import content_key, file_digests

PACKAGE = Path(__file__).resolve().parents[1]
SOURCES = (".py", ".cu")
SHAPING_PACKAGES = (
    "av",
    "cuda-bindings",
    "h5py",
    "numba",
    "numpy",
    "opencv-contrib-python-headless",
    "torch",
)
"""Those of which another version may give other bytes."""


def pack_task(function: Callable[..., object], item: object) -> bytes:
    """Return a task as it travels; what the worker must be like is looked at before it is read."""
    return pickle.dumps((function, item))


def run_task(expected: Mapping[str, str], task: bytes) -> bytes:
    """Do a task and return its `attempt`; `expected` describes the process that asks for it."""
    return attempt(lambda: _run(expected, task))


def _run(expected: Mapping[str, str], task: bytes) -> object:
    unlike = _differences(describe_process(), expected)
    if unlike:
        raise ClusterError(
            f"the worker {os.getpid()} on {socket.gethostname()} is not like this run "
            f"({'; '.join(unlike)}): end it, and start it again in the repository of this run"
        )
    # as a stage has it (stages/environment.py), and before numba is imported
    os.environ.setdefault("NUMBA_CACHE_DIR", str(PACKAGE.parent / ".work" / "numba"))
    function, item = pickle.loads(task)  # noqa: S301  # from the run that the user started
    return function(item)


@cache
def describe_process() -> Mapping[str, str]:
    """Return what shapes the work in this process, as it was when it was first asked for."""
    return {
        "Python": platform.python_version(),
        "the code of pipeline/": _code_digest(),
        **{name: _version(name) for name in SHAPING_PACKAGES},
    }


def _differences(found: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    """Return, in words, each part in which one process is not like another."""
    return [
        f"{name}: found {found.get(name)}, expected {value}"
        for name, value in expected.items()
        if found.get(name) != value
    ]


def _code_digest() -> str:
    sources = [path for path in PACKAGE.rglob("*") if path.suffix in SOURCES]
    return content_key(file_digests(PACKAGE, sources))[:12]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
