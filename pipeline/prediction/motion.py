"""Flow of a segment's frames, as the graph would store it; only of the pairs that are looked at."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from jaxtyping import Int, UInt8

from pipeline.flow.blocks import Block, Run
from pipeline.flow.pairs import make_pairs
from pipeline.flow.quantize import STILL
from pipeline.flow.solve import Solver, compress, solve
from pipeline.frames.encode import decode_grey
from pipeline.prediction.stored import Frame


def fill_flow(frames: Sequence[Frame], wanted: Int[np.ndarray, " N"], solver: Solver) -> None:
    """Compute the flow that leaves some frames, where an earlier segment has not.

    Args:
        frames: of a segment.
        wanted: places among them; the last frame has no flow of its own.
        solver: who computes it.

    Raises:
        FlowError: the backend failed.
    """
    absent = [place for place in np.unique(wanted).tolist() if frames[place].flow is None]
    bounds = [0, *(np.flatnonzero(np.diff(absent) > 1) + 1).tolist(), len(absent)]
    runs = [absent[start:stop] for start, stop in pairwise(bounds) if stop > start]
    if not runs:
        return
    images = (np.stack([frames[p].image for p in (*run, run[-1] + 1)]) for run in runs)
    named = tuple(Run("video", range(run[0], run[-1] + 2)) for run in runs)
    block = Block(Path("video"), 0, len(absent), named)
    solved = solve(make_pairs(block, images, solver.config, solver.threads), solver)
    jpegs = compress(solved, solver)  # the store's losses are part of what networks have learned
    for pair, place in enumerate(absent):
        planes = [decode_grey(jpeg) for jpeg in jpegs[2 * pair : 2 * pair + 2]]
        frames[place].flow = np.stack(planes, axis=-1)


def flow_places(wanted: Int[np.ndarray, " N"], num_frames: int) -> Int[np.ndarray, " N"]:
    """Return whose flow each frame shows: its own, and the last frame that of the one before."""
    return np.minimum(wanted, num_frames - 2)


def still(frame: Frame) -> UInt8[np.ndarray, "H W 2"]:
    """Return the flow of a frame that has no neighbour: none."""
    return np.full((*frame.image.shape[:2], 2), STILL, np.uint8)
