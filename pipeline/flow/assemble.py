"""A session's flow put together: block after block into the scratch folder, then into its store."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

from pipeline.flow.blocks import Block, cut_blocks, num_pairs
from pipeline.flow.errors import FlowError
from pipeline.flow.motion import join_motion, keep_motion, read_motion
from pipeline.flow.overlap import overlapped
from pipeline.flow.pairs import read_pairs
from pipeline.flow.solve import Solved, Solver, compress, solve
from pipeline.flow.stabilise import HeadMotion
from pipeline.frames.size import Size
from pipeline.frames.store import ImageReader, ImageWriter


def assemble_session(
    frames_path: Path,
    flow_path: Path,
    scratch: Path,
    solver: Solver,
    parameters: Mapping[str, object],
) -> None:
    """Write the flow of a store of frames, computing the blocks that ``scratch`` does not hold.

    Raises:
        FlowError: a block cannot be computed, or does not hold its pairs.
    """
    with closing(ImageReader(frames_path)) as frames:
        blocks = cut_blocks(frames, solver.backend)
        _compute_missing(frames, blocks, scratch, solver)
        _join(frames, blocks, scratch, flow_path, parameters)


def _compute_missing(
    frames: ImageReader, blocks: list[Block], scratch: Path, solver: Solver
) -> None:
    """Compute blocks into small stores of their own, three blocks at a time in work."""
    missing = [block for block in blocks if not (scratch / block.file_name).exists()]
    pairs = (read_pairs(frames, block, solver.config, solver.threads) for block in missing)
    write = partial(_write_block, scratch=scratch, solver=solver)
    for _ in overlapped(pairs, partial(solve, solver=solver), write):
        pass


def _write_block(solved: Solved, scratch: Path, solver: Solver) -> None:
    height, width = solved.levels.shape[1:3]
    with ImageWriter(scratch / solved.block.file_name, "flow", {}) as writer:
        writer.add_video(str(solved.block), Size(width, height), compress(solved, solver))
        writer.note("num_clipped", solved.num_clipped)
        if solved.motion is not None:
            keep_motion(writer, solved.motion)


def _join(
    frames: ImageReader,
    blocks: list[Block],
    scratch: Path,
    flow_path: Path,
    parameters: Mapping[str, object],
) -> None:
    """Put all blocks into the session's store, one pair fewer than frames in each video."""
    with ImageWriter(flow_path, "flow", {**parameters, "frames": frames.parameters}) as writer:
        images = _images(blocks, scratch)
        for video in frames.videos:
            writer.add_video(video, frames.size, islice(images, 2 * num_pairs(frames, video)))
        stores = [scratch / block.file_name for block in blocks]
        writer.note("num_clipped", sum(_num_clipped(path) for path in stores))
        if parameters["stabilise"] != "none":
            keep_motion(writer, join_motion([_motion(path) for path in stores]))


def _images(blocks: list[Block], scratch: Path) -> Iterator[bytes]:
    """Yield x and y of one pair after the other."""
    for block in blocks:
        path = scratch / block.file_name
        with closing(ImageReader(path)) as store:
            if store.num_items != block.num_pairs:
                raise FlowError(
                    f"{block}: {path} has {store.num_items} pairs, expected {block.num_pairs}; "
                    f"remove it and run again"
                )
            yield from store.encoded_between(0, 2 * store.num_items)


def _num_clipped(path: Path) -> int:
    with closing(ImageReader(path)) as store:
        return int(store.attrs["num_clipped"])


def _motion(path: Path) -> HeadMotion:
    with closing(ImageReader(path)) as store:
        return read_motion(store)
