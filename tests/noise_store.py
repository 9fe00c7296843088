"""A store of short clips whose images are noise, for networks that look at it clip by clip."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LENGTHS = (9, 3, 4, 7, 12)
PARTS = ("test", "validation", "train", "test", "test")


@dataclass(frozen=True)
class NoiseClip:
    index: int
    name: str
    part: str
    action: int
    num_frames: int


class NoiseStore:
    """Clips of ``LENGTHS``, of three actions in turn; pickles, so that workers may have it."""

    stream = "rgb"

    def __init__(self, height: int, width: int, parts: Sequence[str] = PARTS) -> None:
        self.height, self.width = height, width
        columns = zip(parts, LENGTHS, strict=True)
        self.clips = [
            NoiseClip(n, f"clip{n}", part, n % 3, length)
            for n, (part, length) in enumerate(columns)
        ]

    def images(self, clip: int, indices: np.ndarray) -> np.ndarray:
        shape = (LENGTHS[clip], self.height, self.width, 3)
        return np.random.default_rng(clip).integers(0, 255, shape, dtype=np.uint8)[indices]
