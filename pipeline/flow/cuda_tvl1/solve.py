"""The host's part: memory, and the two kernels launched until all pairs are finished."""

import ctypes
from collections import deque
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int32, UInt8

from pipeline.flow.cuda_tvl1.launcher import Launcher
from pipeline.flow.cuda_tvl1.layout import (
    NUM_FINISHED,
    NUM_NOT_FINITE,
    NUM_PROGRESS,
    Level,
    Problem,
    Pyramid,
    Slot,
    plan_pyramid,
)
from pipeline.flow.cuda_tvl1.tiling import Tiling
from pipeline.flow.errors import FlowError
from pipeline.flow.params import Tvl1
from pipeline.flow.quantize import MIDDLE
from pipeline.flow.semantics import Semantics

ROUNDS_PER_REQUEST = 16  # launches of both kernels from one look at the finished pairs to the next
SLOTS_PER_PROCESSOR = 2  # of 4 to 20 tiles each at 320 x 240: some 20 waves of blocks a launch
PREPARE_THREADS = (32, 8)  # images.cu
PREPARE_BLOCKS = 32  # of a slot, at most
SHARE_OF_MEMORY = 0.8  # of what is free; a half of it for slots


@dataclass(frozen=True)
class Solved:
    """A batch's flow.

    Args:
        flow: (N, H, W, 2), x then y: float32 in pixels, or uint8 as stored.
        num_clipped: vectors with a component beyond the bound, of each pair; 0 without a bound.
    """

    flow: np.ndarray
    num_clipped: Int32[np.ndarray, " N"]


def solve(
    launcher: Launcher,
    pairs: UInt8[np.ndarray, "N 2 H W"],
    tvl1: Tvl1,
    semantics: Semantics,
    *,
    tiling: Tiling,
    bound_pixels: float | None,
) -> Solved:
    """Compute the flow of each pair; in 8 bits where there is a bound.

    Raises:
        FlowError: the device's memory does not hold one pair, or flow is not finite.
    """
    num_pairs, _, height, width = pairs.shape
    kind = np.float32 if bound_pixels is None else np.uint8
    flow = np.empty((num_pairs, height, width, 2), kind)
    num_clipped = np.zeros(num_pairs, np.int32)
    pyramid = plan_pyramid(height, width, tvl1, tiling)
    num_slots, at_a_time = _fit(launcher, pyramid, flow)
    problem = _make_problem(pyramid, tvl1, semantics, bound_pixels)
    _allocate(launcher, problem, pyramid, flow[:at_a_time], num_slots)
    for start in range(0, num_pairs, at_a_time):
        part = slice(start, start + at_a_time)
        _solve_part(launcher, problem, pairs[part], num_slots, tiling)
        launcher.download(problem.flow or problem.stored, flow[part])
        launcher.download(problem.num_clipped, num_clipped[part])
    return Solved(flow, num_clipped)


def _fit(launcher: Launcher, pyramid: Pyramid, flow: np.ndarray) -> tuple[int, int]:
    """Return how many slots there shall be, and how many pairs the device shall hold at a time."""
    memory = int(SHARE_OF_MEMORY * launcher.free_bytes())
    of_slot = 4 * pyramid.floats_per_slot + 8 * pyramid.sums_per_slot + ctypes.sizeof(Slot)
    of_pair = 2 * pyramid.floats_per_plane * (1 + flow.itemsize) + 4
    num_slots = min(
        len(flow), SLOTS_PER_PROCESSOR * launcher.num_processors, memory // 2 // of_slot
    )
    num_pairs = min(len(flow), (memory - num_slots * of_slot) // of_pair)
    if min(num_slots, num_pairs) < 1:
        size = f"{pyramid.levels[0].width}x{pyramid.levels[0].height}"
        raise FlowError(
            f"cuda: a pair of {size} needs {2 * (of_slot + of_pair) >> 20} MB, the device has "
            f"{memory >> 20} MB to spare; free its memory, or store smaller frames"
        )
    return num_slots, num_pairs


def _make_problem(
    pyramid: Pyramid, tvl1: Tvl1, semantics: Semantics, bound_pixels: float | None
) -> Problem:
    """Fill in everything but the addresses and the number of pairs."""
    bound = bound_pixels or 1.0  # read where flow is wanted in 8 bits only
    return Problem(
        floats_per_slot=pyramid.floats_per_slot,
        floats_per_pyramid=pyramid.num_pixels,
        floats_per_plane=pyramid.floats_per_plane,
        epsilon_squared=tvl1.epsilon**2,
        theta=tvl1.theta,
        data_limit=tvl1.lambda_ * tvl1.theta,
        dual_rate=tvl1.tau / tvl1.theta,
        shrink=1 / tvl1.scale_step,
        cubic_a=semantics.cubic_a,
        bound_pixels=bound,
        levels_per_pixel=MIDDLE / bound,
        num_levels=len(pyramid.levels),
        num_warps=tvl1.num_warps,
        inner_iterations=tvl1.inner_iterations,
        max_iterations=tvl1.inner_iterations * tvl1.outer_iterations,
        max_tiles=pyramid.max_tiles,
        is_border_zero=semantics.is_border_zero,
        is_centre_aligned=semantics.is_centre_aligned,
        has_median=semantics.has_median and tvl1.median_pixels > 1,
        checks_every_iteration=semantics.checks_every_iteration,
    )


def _allocate(
    launcher: Launcher, problem: Problem, pyramid: Pyramid, flow: np.ndarray, num_slots: int
) -> None:
    """Set the problem's addresses, for as many pairs as ``flow`` has."""
    problem.pairs = launcher.allocate(2 * len(flow) * pyramid.floats_per_plane)
    out = launcher.allocate(flow.nbytes)
    if flow.dtype == np.float32:
        problem.flow = out
    else:
        problem.stored = out
    problem.num_clipped = launcher.allocate(4 * len(flow))
    problem.levels = launcher.allocate(ctypes.sizeof(Level) * len(pyramid.levels))
    launcher.upload(problem.levels, _bytes_of((Level * len(pyramid.levels))(*pyramid.levels)))
    problem.slots = launcher.allocate(num_slots * ctypes.sizeof(Slot))
    problem.memory = launcher.allocate(4 * num_slots * pyramid.floats_per_slot)
    problem.sums = launcher.allocate(8 * num_slots * pyramid.sums_per_slot)
    problem.progress = launcher.allocate(4 * NUM_PROGRESS)


def _solve_part(
    launcher: Launcher,
    problem: Problem,
    pairs: UInt8[np.ndarray, "N 2 H W"],
    num_slots: int,
    tiling: Tiling,
) -> None:
    """Solve as many pairs as the device holds: each slot begins with one, then takes the next."""
    num_slots = min(num_slots, len(pairs))
    slots = (Slot * num_slots)(*(Slot(pair=number) for number in range(num_slots)))
    progress = np.array([num_slots, 0, 0], np.int32)
    problem.num_pairs = len(pairs)
    launcher.upload(problem.pairs, np.ascontiguousarray(pairs))
    launcher.upload(problem.num_clipped, np.zeros(len(pairs), np.int32))
    launcher.upload(problem.slots, _bytes_of(slots))
    launcher.upload(problem.progress, progress)
    _launch_until_finished(launcher, problem, num_slots, tiling)
    launcher.download(problem.progress, progress)
    if progress[NUM_NOT_FINITE]:
        raise FlowError(f"cuda: {progress[NUM_NOT_FINITE]} vectors of flow are not finite")


def _launch_until_finished(
    launcher: Launcher, problem: Problem, num_slots: int, tiling: Tiling
) -> None:
    """Launch both kernels until no pair is left.

    The device does not wait for the host: an answer is read while the next launches are under way.
    """
    block_pixels = PREPARE_THREADS[0] * PREPARE_THREADS[1]
    blocks = min(PREPARE_BLOCKS, -(-problem.floats_per_plane // block_pixels))
    requests = deque([lambda: 0, lambda: 0])
    while requests.popleft()() < problem.num_pairs:
        for _ in range(ROUNDS_PER_REQUEST):
            launcher.launch("prepare", (blocks, num_slots), PREPARE_THREADS, problem)
            launcher.launch("iterate", (problem.max_tiles, num_slots), (32, tiling.warps), problem)
        requests.append(launcher.request(problem.progress + 4 * NUM_FINISHED))
    for answer in requests:
        answer()  # of launches that found nothing to do


def _bytes_of(structures: ctypes.Array) -> UInt8[np.ndarray, " B"]:
    return np.frombuffer(bytes(structures), np.uint8)
