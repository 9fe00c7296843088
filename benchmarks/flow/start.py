"""What a backend costs beside its work: the first call of a process, and memory."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
from jaxtyping import UInt8

from benchmarks.flow.cases import Case, compute_timed, warm_up

CLEAR_PEAK = "5"
"""proc(5), /proc/pid/clear_refs: sets the peak of the resident size to its present value."""
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Start:
    """What a fresh process needs for a backend, the preset opencv.

    Args:
        first_call_seconds: CPU time by which a first call is longer than a second: imports and
            compilation, with nothing compiled yet.
        later_call_seconds: the same where an earlier process has compiled.
        code_mib: memory that stays afterwards.
        pairs: computed at a time to find the next.
        peak_mib: memory beyond ``code_mib`` while they were computed, inputs apart.
    """

    first_call_seconds: float
    later_call_seconds: float
    code_mib: float
    pairs: int
    peak_mib: float


def measure_start(case: Case, pairs: UInt8[np.ndarray, "N 2 H W"]) -> Start:
    """Start two processes, one after the other, in a new folder for compiled code."""
    with _empty_cache(), _child() as first:
        seconds, _, _ = first.submit(_probe, case, pairs).result()
        with _child() as later:
            later_seconds, code_mib, peak_mib = later.submit(_probe, case, pairs).result()
    return Start(seconds, later_seconds, code_mib, len(pairs), peak_mib)


def _child() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def _probe(case: Case, pairs: UInt8[np.ndarray, "N 2 H W"]) -> tuple[float, float, float]:
    """Return what a first call takes longer than a second, and MiB after it and at the peak."""
    before = _resident()
    costs = [warm_up(case, pairs, "opencv") for _ in range(2)]
    seconds = (costs[0].cpu_ms - costs[1].cpu_ms) / 1e3
    ready = _resident()
    Path("/proc/self/clear_refs").write_text(CLEAR_PEAK, encoding="ascii")
    compute_timed(case, pairs, "opencv", 1)
    return seconds, (ready - before) / MEBIBYTE, (_peak() - ready) / MEBIBYTE


def _resident() -> int:
    return psutil.Process().memory_info().rss


def _peak() -> int:
    """Return the largest resident size since it was cleared, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    facts = dict(line.split(":", 1) for line in lines)
    return 1024 * int(facts["VmHWM"].split()[0])


@contextmanager
def _empty_cache() -> Iterator[None]:
    """Give child processes an empty folder for compiled code."""
    before = os.environ.get("NUMBA_CACHE_DIR")
    with TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["NUMBA_CACHE_DIR"]
            if before is not None:
                os.environ["NUMBA_CACHE_DIR"] = before
