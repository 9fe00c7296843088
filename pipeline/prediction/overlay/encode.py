"""An mp4 that is written as it is drawn, each frame shown when its own was."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from jaxtyping import UInt8

from pipeline.atomic import atomic_write
from pipeline.prediction.errors import PredictionError

TICKS_A_SECOND = 90_000
X264_OPTIONS: dict[str, object] = {"crf": "20", "preset": "veryfast"}
LARGEST_RATE = 240
"""Frames a second that x264 is told of; times are kept whatever the rate."""


class PictureWriter:
    """An mp4 file that is being written.

    Args:
        path: what it will be called, for errors.
        container: opened for writing.
        rate: frames a second, on average.
    """

    def __init__(self, path: Path, container: OutputContainer, rate: float) -> None:
        self._path = path
        self._container = container
        shown_rate = Fraction(min(rate, LARGEST_RATE)).limit_denominator(1001)
        self._stream = container.add_stream("libx264", rate=max(shown_rate, Fraction(1, 10)))
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = dict(X264_OPTIONS)
        self._stream.codec_context.time_base = Fraction(1, TICKS_A_SECOND)
        self._last = -1

    def add(self, picture: UInt8[np.ndarray, "H W 3"], time: float) -> None:
        """Append a picture of even sides, shown from ``time`` on, in seconds.

        Raises:
            PredictionError: the encoder or the disk does not take it.
        """
        if self._last < 0:
            self._stream.height, self._stream.width = picture.shape[:2]
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        self._last = max(round(time * TICKS_A_SECOND), self._last + 1)
        frame.pts, frame.time_base = self._last, Fraction(1, TICKS_A_SECOND)
        with _faults(self._path):
            self._container.mux(self._stream.encode(frame))

    def end(self) -> None:
        """Write what the encoder still holds."""
        with _faults(self._path):
            self._container.mux(self._stream.encode(None))
            self._container.close()


@contextmanager
def open_pictures(path: Path, rate: float) -> Iterator[PictureWriter]:
    """Give a file to fill, which appears whole when the block ends without an error.

    Raises:
        PredictionError: the file cannot be made.
    """
    with atomic_write(path) as part:
        with _faults(path):
            container = av.open(str(part), "w", format="mp4")
        with container:
            writer = PictureWriter(path, container, rate)
            yield writer
            writer.end()


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Turn FFmpeg's errors, which name no file, into one that does."""
    try:
        yield
    except av.error.FFmpegError as error:
        raise PredictionError(
            f"{path}: the overlay could not be written: {error.strerror}"
        ) from error
