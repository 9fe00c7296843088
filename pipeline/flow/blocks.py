"""A session's flow in blocks of pairs: what a kill can lose, and what memory has to hold."""

from dataclasses import dataclass

from pipeline.frames.store import ImageReader

PAIRS_PER_BLOCK = 64


@dataclass(frozen=True)
class Block:
    """Neighbouring pairs of one video: pair k is frames k and k + 1 of the session's store."""

    video: str
    start: int
    stop: int

    @property
    def file_name(self) -> str:
        """Return the name of the block's unfinished work."""
        return f"{self.start}_{self.stop}.h5"


def video_blocks(frames: ImageReader, video: str) -> list[Block]:
    """Cut a video's pairs into blocks; a video of one frame has none."""
    items = frames.range(video)
    last = items.stop - 1
    return [
        Block(video, start, min(start + PAIRS_PER_BLOCK, last))
        for start in range(items.start, last, PAIRS_PER_BLOCK)
    ]
