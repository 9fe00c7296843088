"""One row of the benchmark: a preset and semantics, against torch and the device's ceilings."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.flow_gpu.ceilings import (
    BYTES_PER_PIXEL_AND_LAUNCH,
    INSTRUCTIONS_PER_PIXEL_ITERATION,
    INSTRUCTIONS_PER_PIXEL_LOADED,
    INSTRUCTIONS_PER_PIXEL_STORED,
    SPECIAL_PER_PIXEL_ITERATION,
    Ceilings,
)
from benchmarks.flow_gpu.scenes import Scenes
from benchmarks.flow_gpu.trace import Clock, Trace
from pipeline.flow import cuda_tvl1, torch_tvl1
from pipeline.flow.cuda_tvl1.device import Device
from pipeline.flow.cuda_tvl1.layout import plan_pyramid
from pipeline.flow.cuda_tvl1.solve import solve
from pipeline.flow.cuda_tvl1.tiling import TILING, Tiling
from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics

REPEATS = 5
BOUND_PIXELS = 20.0


@dataclass(frozen=True)
class Row:
    """What was measured; rates in pairs a second, shares of a ceiling, distances in pixels.

    Args:
        mpx_iterations: million pixels times iterations that a pair took, and that count.
        mpx_iterations_repeated: done for nothing, where a pair stopped within a launch.
        kernels: u8 pairs to 8 bits, both on the device.
        end_to_end: from numpy to numpy, in 8 bits; ``end_to_end_float`` in float32.
        of_issue: instructions of the iterations' kernel, counted by its machine code.
        of_memory: bytes that it must move.
        of_special: square roots and reciprocals.
        end_point_error: against the known motion, away from the border.
    """

    preset: str
    semantics: str
    mpx_iterations: float
    mpx_iterations_repeated: float
    num_launches: int
    kernels: float
    end_to_end: float
    end_to_end_float: float
    torch: float
    of_issue: float
    of_memory: float
    of_special: float
    distance_to_torch: float
    end_point_error: float


def measure_row(
    names: tuple[str, str],
    tvl1: Tvl1,
    semantics: Semantics,
    scenes: Scenes,
    *,
    num_for_torch: int,
    ceilings: Ceilings,
) -> Row:
    pairs = scenes.pairs
    trace = count_work(pairs, tvl1, semantics)
    kernel_seconds, num_launches = time_kernels(pairs, tvl1, semantics, TILING, 1)
    flow = cuda_tvl1.compute(pairs, tvl1, semantics, 1)
    few = pairs[:num_for_torch]
    expected = torch_tvl1.compute(few, tvl1, semantics, 1)
    torch_seconds = time_call(lambda: torch_tvl1.compute(few, tvl1, semantics, 1), 1)
    levels = time_call(
        lambda: cuda_tvl1.compute_levels(pairs, tvl1, semantics, BOUND_PIXELS), REPEATS
    )
    floats = time_call(lambda: cuda_tvl1.compute(pairs, tvl1, semantics, 1), REPEATS)
    inside = np.s_[:, 10:-10, 10:-10]
    return Row(
        *names,
        mpx_iterations=trace.pixel_iterations / len(pairs) / 1e6,
        mpx_iterations_repeated=trace.repeated / len(pairs) / 1e6,
        num_launches=num_launches,
        kernels=len(pairs) / kernel_seconds,
        end_to_end=len(pairs) / levels,
        end_to_end_float=len(pairs) / floats,
        torch=len(few) / torch_seconds,
        **share_of_ceilings(trace, kernel_seconds, ceilings),
        distance_to_torch=mean_distance(flow[:num_for_torch], expected),
        end_point_error=mean_distance(flow[inside], scenes.motion[inside]),
    )


def count_work(pairs: np.ndarray, tvl1: Tvl1, semantics: Semantics) -> Trace:
    with Device(TILING, tvl1.median_pixels) as device:
        trace = Trace(device, plan_pyramid(*pairs.shape[2:], tvl1, TILING), TILING)
        solve(trace, pairs, tvl1, semantics, tiling=TILING, bound_pixels=BOUND_PIXELS)
    return trace


def time_kernels(
    pairs: np.ndarray, tvl1: Tvl1, semantics: Semantics, tiling: Tiling, slots: float
) -> tuple[float, int]:
    """Return the median seconds of a batch, and its launches; ``slots``: times the usual number."""
    seconds = []
    for _ in range(REPEATS + 1):  # the first warms up
        with Device(tiling, tvl1.median_pixels) as device:
            device.num_processors = max(1, int(slots * device.num_processors))
            clock = Clock(device)
            solve(clock, pairs, tvl1, semantics, tiling=tiling, bound_pixels=BOUND_PIXELS)
        seconds.append(clock.seconds)
    return median(seconds[1:]), clock.num_launches


def time_call(call: Callable[[], object], repeats: int) -> float:
    """Return the median seconds of a call, after one that warms up."""
    seconds = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return median(seconds[1:])


def share_of_ceilings(trace: Trace, seconds: float, ceilings: Ceilings) -> dict[str, float]:
    """Return what the iterations' kernel did, as shares of what the device could have done."""
    tiling = trace.tiling
    on_chip = trace.strip_iterations * tiling.rows * tiling.width
    tile_pixels = trace.num_tiles * tiling.width * tiling.height
    instructions = on_chip * INSTRUCTIONS_PER_PIXEL_ITERATION + tile_pixels * (
        INSTRUCTIONS_PER_PIXEL_LOADED + INSTRUCTIONS_PER_PIXEL_STORED
    )
    num_bytes = trace.launch_pixels * BYTES_PER_PIXEL_AND_LAUNCH
    special = on_chip * SPECIAL_PER_PIXEL_ITERATION
    return {
        "of_issue": instructions / seconds / ceilings.instructions_per_second,
        "of_memory": num_bytes / seconds / ceilings.bytes_per_second,
        "of_special": special / seconds / ceilings.special_per_second,
    }


def mean_distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(a - b, axis=-1).mean())
