"""A session's flow in blocks of pairs: what a kill can lose, and what memory has to hold."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.frames.size import Size
from pipeline.frames.store import ImageReader

PIXELS_PER_BLOCK = 256 * 320 * 240
"""Enough pairs for many cores to share, few enough for memory: 0.4 GB with three blocks in work."""
TIMES_LARGER = {"cuda": 4}
"""Backends that have hundreds of pairs in work, and idle at the end of each block: theirs are so
many times larger."""


@dataclass(frozen=True)
class Run:
    """Neighbouring frames of one video, each of which makes a pair with the next."""

    video: str
    frames: range


@dataclass(frozen=True)
class Block:
    """Neighbouring pairs of one file, which may go over the ends of its videos.

    Args:
        path: where the frames are.
        start: number of the first pair among the file's pairs.
        stop: number after the last one.
        runs: the frames that make the pairs, one more than pairs in each run.
    """

    path: Path
    start: int
    stop: int
    runs: tuple[Run, ...]

    def __str__(self) -> str:
        videos = sorted({self.runs[0].video, self.runs[-1].video})
        named = " to ".join(f"'{video}'" for video in videos)
        return f"{self.path}: pairs {self.start} to {self.stop}, of {named}"

    @property
    def num_pairs(self) -> int:
        """Return the number of pairs."""
        return self.stop - self.start

    @property
    def file_name(self) -> str:
        """Return the name of the block's unfinished work."""
        return f"{self.start}_{self.stop}.h5"


def pairs_per_block(size: Size, backend: str) -> int:
    """Return how many pairs of frames of a size are in a block."""
    pixels = PIXELS_PER_BLOCK * TIMES_LARGER.get(backend, 1)
    return max(pixels // max(size.width * size.height, 1), 1)


def num_pairs(frames: ImageReader, video: str) -> int:
    """Return the pairs of a stored video: one fewer than its frames."""
    return max(len(frames.range(video)) - 1, 0)


def cut_blocks(frames: ImageReader, backend: str) -> list[Block]:
    """Cut all pairs of a store of frames into blocks; a video of one frame has none."""
    total = sum(num_pairs(frames, video) for video in frames.videos)
    length = pairs_per_block(frames.size, backend)
    return [_block(frames, start, min(start + length, total)) for start in range(0, total, length)]


def _block(frames: ImageReader, start: int, stop: int) -> Block:
    runs, first = [], 0
    for video in frames.videos:
        after = first + num_pairs(frames, video)
        begin, end = max(start, first), min(stop, after)
        if begin < end:
            shift = frames.range(video).start - first
            runs.append(Run(video, range(begin + shift, end + shift + 1)))
        first = after
    return Block(frames.path, start, stop, tuple(runs))
