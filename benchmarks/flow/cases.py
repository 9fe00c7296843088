"""What is compared: each backend with each of its semantics, and how a call of it is timed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from pipeline.flow.backends import BACKENDS
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS


@dataclass(frozen=True)
class Case:
    """A backend with the semantics it is asked for."""

    backend: str
    semantics: str

    def __str__(self) -> str:
        return f"{self.backend} {self.semantics}"


@dataclass(frozen=True)
class Cost:
    """Milliseconds of a call: of all the process's threads, and on the wall."""

    cpu_ms: float
    wall_ms: float


BASELINE = Case("opencv", "opencv_cpu")
ROWS_OF_A_STRIP = 128


def list_cases(backends: Sequence[str]) -> list[Case]:
    """Return the baseline, then all that the present ones of these backends can do."""
    cases = [
        Case(name, semantics)
        for name in backends
        for semantics in BACKENDS[name].semantics
        if BACKENDS[name].why_absent() is None
    ]
    return [BASELINE, *(case for case in cases if case != BASELINE)]


def main_cases(cases: Sequence[Case]) -> list[Case]:
    """Return one case a backend, with the CPU's semantics where it has them."""
    best: dict[str, Case] = {}
    for case in cases:
        if case.backend not in best or case.semantics == BASELINE.semantics:
            best[case.backend] = case
    return list(best.values())


def runs_on_device(backend: str) -> bool:
    """Say whether a backend that is present computes on a GPU: the CPU's time is not its cost.

    The others with GPUs are absent where there is none; torch itself may be built without CUDA.
    """
    if backend != "torch":
        return BACKENDS[backend].uses_gpus
    import torch  # not before: the start of each backend is measured too

    return torch.cuda.is_available()


def compute_timed(
    case: Case, pairs: UInt8[np.ndarray, "N 2 H W"], preset: str, threads: int
) -> tuple[Float32[np.ndarray, "N H W 2"], Cost]:
    """Compute flow, and say what the call cost."""
    backend, tvl1, semantics = BACKENDS[case.backend], PRESETS[preset], SEMANTICS[case.semantics]
    wall, cpu = time.perf_counter(), time.process_time()
    flow = backend.compute(pairs, tvl1, semantics, threads)
    cost = Cost(1e3 * (time.process_time() - cpu), 1e3 * (time.perf_counter() - wall))
    return flow, cost


def warm_up(case: Case, pairs: UInt8[np.ndarray, "N 2 H W"], preset: str) -> Cost:
    """Let a case import and compile all it needs, on a strip of a pair; say what that took.

    The strip is as wide as the images, and high enough for all levels of a pyramid: code may be
    compiled for each width.
    """
    cv2.setNumThreads(1)
    _, cost = compute_timed(case, pairs[:1, :, :ROWS_OF_A_STRIP], preset, 1)
    return cost
