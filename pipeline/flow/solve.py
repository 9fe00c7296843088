"""From a block's pairs to its flow in 8 bits and on to JPEG, by any backend."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, UInt8

from pipeline.flow.backends import BACKENDS
from pipeline.flow.blocks import Block
from pipeline.flow.errors import FlowError
from pipeline.flow.pairs import Pairs
from pipeline.flow.params import PRESETS, FlowConfig
from pipeline.flow.quantize import count_clipped, quantize
from pipeline.flow.semantics import SEMANTICS
from pipeline.flow.stabilise import HeadMotion
from pipeline.flow.threads import over_pairs
from pipeline.frames.encode import encode_grey


@dataclass(frozen=True)
class Solver:
    """How flow is computed.

    Args:
        backend: the resolved backend's name.
        threads: pairs, or images, that may be in work at a time on the CPU.
    """

    config: FlowConfig
    backend: str
    threads: int


@dataclass(frozen=True)
class Solved:
    """A block's flow.

    Args:
        levels: as stored, x then y.
        num_clipped: vectors with a component beyond the bound.
        motion: of the camera, which was taken out before; None where it was left in.
    """

    block: Block
    levels: UInt8[np.ndarray, "N H W 2"]
    num_clipped: int
    motion: HeadMotion | None


def solve(pairs: Pairs, solver: Solver) -> Solved:
    """Compute a block's flow.

    Raises:
        FlowError: the backend failed, or its flow is not finite or not one a pair.
    """
    try:
        levels, num_clipped = _levels(pairs.grey, solver)
    except Exception as error:
        raise FlowError(f"{pairs.block}: '{solver.backend}' failed: {error}") from error
    return Solved(pairs.block, levels, int(num_clipped.sum()), pairs.motion)


def compress(solved: Solved, solver: Solver) -> list[bytes]:
    """Return the JPEG bytes of each pair's x and y."""
    images: list[bytes] = [b""] * (2 * len(solved.levels))

    def encode(number: int) -> None:
        pair, component = divmod(number, 2)
        plane = np.ascontiguousarray(solved.levels[pair, :, :, component])
        images[number] = encode_grey(plane, solver.config.quality)

    over_pairs(encode, len(images), solver.threads)
    return images


def _levels(
    grey: UInt8[np.ndarray, "N 2 H W"], solver: Solver
) -> tuple[UInt8[np.ndarray, "N H W 2"], Int[np.ndarray, " N"]]:
    """Return flow as stored, and how many vectors of each pair are beyond the bound."""
    backend, bound = BACKENDS[solver.backend], solver.config.bound_pixels
    tvl1, semantics = PRESETS[solver.config.preset], SEMANTICS[solver.config.semantics]
    if backend.compute_levels is not None:
        return backend.compute_levels(grey, tvl1, semantics, bound)
    flow = backend.compute(grey, tvl1, semantics, solver.threads)
    _check(flow, (len(grey), *grey.shape[2:], 2))
    levels = np.empty(flow.shape, np.uint8)
    num_clipped = np.zeros(len(flow), np.int64)

    def store(number: int) -> None:
        one = flow[number : number + 1]
        levels[number] = quantize(one, bound)[0]
        num_clipped[number] = count_clipped(one, bound)

    over_pairs(store, len(flow), solver.threads)
    return levels, num_clipped


def _check(flow: np.ndarray, expected: tuple[int, ...]) -> None:
    if flow.shape != expected:
        raise FlowError(f"found flow of {flow.shape}, expected {expected}")
    bad = sum(not np.isfinite(one).all() for one in flow)
    if bad:
        raise FlowError(f"found {bad} flow images that are not finite, of {len(flow)}")
