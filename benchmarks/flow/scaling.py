"""How a backend's rate grows: with pairs a call, with threads, and with processes."""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from threading import Barrier

import numpy as np
from jaxtyping import UInt8

from benchmarks.flow.cases import Case, compute_timed, runs_on_device, warm_up

BATCHES = (1, 2, 4, 8, 16)
DEVICE_BATCHES = (1, 4, 16, 64, 256)
SECONDS_OF_A_BATCH = 4.0
"""Larger batches than fit into this are left out."""
SECONDS_OF_A_CREW = 2.0
ALONE = (1, 1)
CREWS = (ALONE, (1, 2), (2, 1))
"""Processes, and threads of each."""
ROUNDS = 2
SECONDS_TO_START = 300.0
"""A process that has died meanwhile is an error then."""


@dataclass(frozen=True)
class Stint:
    """One process's part: when it began and ended on the clock of all, and its CPU time."""

    began: float
    ended: float
    cpu_ms: float


@dataclass(frozen=True)
class Rate:
    """What some processes and threads reach, the best of ``ROUNDS``.

    Args:
        pairs_per_second: of all together, on the wall.
        times_one: that over the best rate of one thread.
        cpu_ms_per_pair: of all threads.
        times_one_by_cpu: ``times_one`` if each had a core to itself, from CPU times: whether they
            slow one another, told also where other work takes the cores.
        rounds: pairs a second of each round.
    """

    pairs_per_second: float
    times_one: float
    cpu_ms_per_pair: float
    times_one_by_cpu: float
    rounds: list[float]


def measure_batches(
    case: Case, pairs: UInt8[np.ndarray, "N 2 H W"], ms_per_pair: float
) -> dict[str, float]:
    """Return milliseconds a pair by the number of pairs in a call, OpenCV's preset."""
    is_on_device = runs_on_device(case.backend)
    found = {}
    for size in DEVICE_BATCHES if is_on_device else BATCHES:
        if size > 1 and size * ms_per_pair > 1e3 * SECONDS_OF_A_BATCH:
            break
        _, cost = compute_timed(case, repeat(pairs, size), "opencv", 1)
        found[str(size)] = (cost.wall_ms if is_on_device else cost.cpu_ms) / size
    return found


def measure_crews(
    case: Case, pairs: UInt8[np.ndarray, "N 2 H W"], ms_per_pair: float
) -> dict[str, Rate]:
    """Return the rates of one and of two processes and threads, measured by turns.

    Every process has equally many pairs.
    """
    count = 2 * max(1, round(500 * SECONDS_OF_A_CREW / ms_per_pair))
    work = repeat(pairs, count)
    tries = [(crew, _run_crew(case, work, *crew)) for _ in range(ROUNDS) for crew in CREWS]
    rounds = {crew: [stints for tried, stints in tries if tried == crew] for crew in CREWS}
    rates = {crew: [_pairs_per_second(each, count) for each in rounds[crew]] for crew in CREWS}
    cpu_ms = {crew: min(_cpu_ms_per_pair(each, count) for each in rounds[crew]) for crew in CREWS}
    return {
        f"{crew[0]} x {crew[1]}": Rate(
            pairs_per_second=max(rates[crew]),
            times_one=max(rates[crew]) / max(rates[ALONE]),
            cpu_ms_per_pair=cpu_ms[crew],
            times_one_by_cpu=crew[0] * crew[1] * cpu_ms[ALONE] / cpu_ms[crew],
            rounds=rates[crew],
        )
        for crew in CREWS
    }


def _cpu_ms_per_pair(stints: Sequence[Stint], count: int) -> float:
    return sum(stint.cpu_ms for stint in stints) / (len(stints) * count)


def _pairs_per_second(stints: Sequence[Stint], count: int) -> float:
    seconds = max(stint.ended for stint in stints) - min(stint.began for stint in stints)
    return len(stints) * count / seconds


def repeat(pairs: UInt8[np.ndarray, "N 2 H W"], count: int) -> UInt8[np.ndarray, "{count} 2 H W"]:
    """Return so many pairs, the same again and again."""
    return pairs[np.resize(np.arange(len(pairs)), count)]


def _run_crew(
    case: Case, pairs: UInt8[np.ndarray, "N 2 H W"], processes: int, threads: int
) -> Sequence[Stint]:
    """Let fresh processes do the same work, all of them from one moment on."""
    context = get_context("spawn")
    with (
        context.Manager() as manager,
        ProcessPoolExecutor(processes, mp_context=context) as pool,
    ):
        start = manager.Barrier(processes, timeout=SECONDS_TO_START)
        works = [pool.submit(_work, case, pairs, threads, start) for _ in range(processes)]
        return [work.result() for work in works]


def _work(case: Case, pairs: UInt8[np.ndarray, "N 2 H W"], threads: int, start: Barrier) -> Stint:
    warm_up(case, pairs, "opencv")
    start.wait()
    began = time.monotonic()
    _, cost = compute_timed(case, pairs, "opencv", threads)
    return Stint(began, time.monotonic(), cost.cpu_ms)
