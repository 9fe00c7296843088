"""What a backend is given: a block's pairs of grey frames, the camera's motion taken out or not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from pipeline.flow.blocks import Block
from pipeline.flow.errors import FlowError
from pipeline.flow.grey import grey_pairs
from pipeline.flow.motion import join_motion, take_out_motion
from pipeline.flow.params import FlowConfig
from pipeline.flow.stabilise import HeadMotion
from pipeline.flow.threads import over_pairs
from pipeline.frames.encode import JpegError, decode_rgb
from pipeline.frames.size import Size
from pipeline.frames.store import ImageReader


@dataclass(frozen=True)
class Pairs:
    """The pairs of a block.

    Args:
        block: which they are.
        grey: each frame with the next.
        motion: of the camera, which ``grey`` no longer has; None where it was left in.
    """

    block: Block
    grey: UInt8[np.ndarray, "N 2 H W"]
    motion: HeadMotion | None


def read_pairs(frames: ImageReader, block: Block, config: FlowConfig, threads: int) -> Pairs:
    """Read a block's pairs from a store of frames, ``threads`` frames at a time.

    Raises:
        FlowError: a frame is broken.
    """
    try:
        return make_pairs(block, _read_runs(frames, block, threads), config, threads)
    except JpegError as error:
        raise FlowError(f"{block}: {error}") from error


def make_pairs(
    block: Block, runs: Iterable[UInt8[np.ndarray, "M H W 3"]], config: FlowConfig, threads: int
) -> Pairs:
    """Make a block's pairs of the colour frames of its runs."""
    grey, motions = [], []
    for images in runs:
        pairs = grey_pairs(images)
        if config.stabilise == "homography":
            pairs, motion = take_out_motion(images, pairs, threads)
            motions.append(motion)
        grey.append(pairs)
    return Pairs(block, np.concatenate(grey), join_motion(motions) if motions else None)


def _read_runs(
    frames: ImageReader, block: Block, threads: int
) -> Iterator[UInt8[np.ndarray, "M H W 3"]]:
    for run in block.runs:
        yield _decode(
            frames.encoded_between(run.frames.start, run.frames.stop), frames.size, threads
        )


def _decode(encoded: list[bytes], size: Size, threads: int) -> UInt8[np.ndarray, "M H W 3"]:
    images = np.empty((len(encoded), size.height, size.width, 3), np.uint8)

    def decode(number: int) -> None:
        images[number] = decode_rgb(encoded[number])

    over_pairs(decode, len(encoded), threads)
    return images
