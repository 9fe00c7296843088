"""A video file as blocks of pairs, of the very frames that the graph's stages would store."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
import numpy as np
from jaxtyping import UInt8

from pipeline.flow.blocks import Block, Run, pairs_per_block
from pipeline.flow.pairs import Pairs, make_pairs
from pipeline.flow.solve import Solver
from pipeline.flow.threads import over_pairs
from pipeline.frames.decode import DecodeError, decode_video
from pipeline.frames.demux import demux_video
from pipeline.frames.encode import decode_rgb, encode_rgb
from pipeline.frames.size import Size

FRAME_QUALITY = 95
"""As in params.yaml: with it the flow is that of the graph."""


@dataclass(frozen=True)
class Scene:
    """A block's frames, and the pairs that they make."""

    images: UInt8[np.ndarray, "M H W 3"]
    pairs: Pairs


@dataclass(frozen=True)
class Video:
    """What is known of a video before it is decoded.

    Args:
        num_frames: as the container lists them; a guess where some are not to be shown.
        rate: frames a second, as a fraction's two numbers.
    """

    path: Path
    num_frames: int
    rate: tuple[int, int]


def inspect_video(path: Path) -> Video:
    """Count a video's frames without decoding.

    Raises:
        DecodeError: it is no video, or cut off.
    """
    try:
        demuxed = demux_video(path)
    except av.error.FFmpegError as error:
        raise DecodeError(
            path, "unreadable", f"found {error.strerror}, expected a video"
        ) from error
    if demuxed is None:
        raise DecodeError(path, "unreadable", "found no video stream, expected one")
    if demuxed.is_cut:
        detail = f"found {demuxed.num_frames} frames, then the file is cut off"
        raise DecodeError(path, "truncated", detail)
    return Video(path, demuxed.num_frames, demuxed.rate)


def stored_size(path: Path, size: int | str | None) -> Size:
    """Return the size that a video's frames have once stored; without a wish their own."""
    first = next(decode_video(path, size, 1))
    return Size(width=first.shape[1], height=first.shape[0])


def read_scenes(video: Video, size: int | str | None, solver: Solver) -> Iterator[Scene]:
    """Yield a video's blocks of pairs; none for a single frame.

    Raises:
        DecodeError: the video cannot be decoded whole, which may show after good blocks.
    """
    decoded = decode_video(video.path, size, 1)
    first = next(decoded)
    height, width = first.shape[:2]
    images = _store(np.empty((0, *first.shape), np.uint8), [first], solver.threads)
    length, start = pairs_per_block(Size(width, height), solver.backend), 0
    while fresh := list(islice(decoded, length)):
        images = _store(images[-1:], fresh, solver.threads)
        stop = start + len(fresh)
        del fresh  # else memory holds it while the next block is decoded
        block = Block(video.path, start, stop, (Run(video.path.name, range(start, stop + 1)),))
        yield Scene(images, make_pairs(block, [images], solver.config, solver.threads))
        images, start = images[-1:].copy(), stop


def _store(
    before: UInt8[np.ndarray, "B H W 3"],
    images: list[UInt8[np.ndarray, "H W 3"]],
    threads: int,
) -> UInt8[np.ndarray, "M H W 3"]:
    """Return frames as they come out of a store of frames, behind those that already did."""
    stored = np.empty((len(before) + len(images), *images[0].shape), np.uint8)
    stored[: len(before)] = before

    def store(number: int) -> None:
        stored[len(before) + number] = decode_rgb(encode_rgb(images[number], FRAME_QUALITY))

    over_pairs(store, len(images), threads)
    return stored
