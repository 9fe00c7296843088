"""The overlay as an mp4 that is written as it is drawn, each frame shown when its own was."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from pipeline.mp4 import FINE_X264, Encoding, Mp4Writer, open_mp4
from pipeline.prediction.errors import PredictionError

TICKS_A_SECOND = 90_000
LARGEST_RATE = 240
"""Frames a second that x264 is told of; times are kept whatever the rate."""


class PictureWriter:
    """Puts pictures into a film by the clock.

    Args:
        film: whose tick is that of ``TICKS_A_SECOND``.
    """

    def __init__(self, film: Mp4Writer) -> None:
        self._film = film
        self._last = -1

    def add(self, picture: UInt8[np.ndarray, "H W 3"], time: float) -> None:
        """Append a picture of even sides, shown from ``time`` on, in seconds.

        Raises:
            PredictionError: the encoder or the disk does not take it.
        """
        self._last = max(round(time * TICKS_A_SECOND), self._last + 1)
        self._film.add(picture, self._last)


@contextmanager
def open_pictures(path: Path, rate: float) -> Iterator[PictureWriter]:
    """Give a file to fill, which appears whole when the block ends without an error.

    Args:
        path: what it will be called.
        rate: frames a second, on average.

    Raises:
        PredictionError: the file cannot be made.
    """

    def fault(reason: str) -> PredictionError:
        return PredictionError(f"{path}: the overlay could not be written: {reason}")

    shown_rate = Fraction(min(rate, LARGEST_RATE)).limit_denominator(1001)
    encoding = Encoding(
        rate=max(shown_rate, Fraction(1, 10)),
        tick=Fraction(1, TICKS_A_SECOND),
        x264=FINE_X264,
        file={},
    )
    with open_mp4(path, encoding, fault) as film:
        yield PictureWriter(film)
