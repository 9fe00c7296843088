"""Which pipeline invocation a process belongs to, and whether a recorded process still lives."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Invocation:
    """One ``dvc repro`` or ``dvc exp run``, as all of its stages see it.

    Args:
        key: the same in every stage of the invocation, different in any other.
        process: key of the process whose end ends the invocation.
        name: the experiment's name, or empty for ``dvc repro``.
        baseline: the commit that an experiment starts from, or empty.
    """

    key: str
    process: str
    name: str
    baseline: str


def find_invocation(override: str | None, name: str | None, baseline: str | None) -> Invocation:
    """Name the invocation by the nearest DVC process above this one, or by this process.

    A launcher that calls DVC several times for one invocation overrides the key.
    """
    process = process_key(_dvc_ancestor() or psutil.Process())
    return Invocation(
        key=override or process, process=process, name=name or "", baseline=baseline or ""
    )


def process_key(process: psutil.Process) -> str:
    """Name a process so that a later one with its number is told apart."""
    return f"{process.pid}-{process.create_time():.2f}"


def is_alive(key: str) -> bool:
    """Tell whether the process of a key still runs on this machine."""
    pid = int(key.split("-", maxsplit=1)[0])
    try:
        return process_key(psutil.Process(pid)) == key
    except psutil.Error:
        return False


def _dvc_ancestor() -> psutil.Process | None:
    for process in psutil.Process().parents():
        try:
            words = process.cmdline()[:3]
        except psutil.Error:
            continue
        if any(word == "dvc" or word.endswith("/dvc") for word in words):
            return process
    return None
