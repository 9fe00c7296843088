"""An mp4 of H.264 that is written picture by picture, and appears whole at its end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from jaxtyping import UInt8

from pipeline.atomic import atomic_write

FINE_X264 = {"crf": "20", "preset": "veryfast"}
"""For a film that a person made to look at: noise and thin lines stay, bytes matter less."""

Fault = Callable[[str], Exception] | None
"""Makes the error of a failed write from FFmpeg's reason; None lets FFmpeg's own through."""


@dataclass(frozen=True)
class Encoding:
    """How pictures become a film.

    Args:
        rate: frames a second, as the file tells; times are kept whatever it is.
        tick: seconds in which times are counted.
        x264: options of the encoder.
        file: options of the container.
    """

    rate: Fraction
    tick: Fraction
    x264: Mapping[str, str]
    file: Mapping[str, str]


class Mp4Writer:
    """An mp4 file that is being written.

    Args:
        container: opened for writing.
        encoding: how.
        fault: makes the error of a failed write.
    """

    def __init__(self, container: OutputContainer, encoding: Encoding, fault: Fault) -> None:
        self._container = container
        self._fault = fault
        self._tick = encoding.tick
        self._stream = container.add_stream("libx264", rate=encoding.rate)
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = dict(encoding.x264)
        self._stream.codec_context.time_base = encoding.tick
        self._has_size = False

    def add(self, picture: UInt8[np.ndarray, "H W 3"], tick: int) -> None:
        """Append a picture of even sides, shown from ``tick`` on; each comes after the last.

        Raises:
            Exception: the encoder or the disk does not take it; the error is ``fault``'s.
        """
        if not self._has_size:
            self._stream.height, self._stream.width = picture.shape[:2]
            self._has_size = True
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = tick, self._tick
        with _named(self._fault):
            self._container.mux(self._stream.encode(frame))

    def end(self) -> None:
        """Write what the encoder still holds."""
        with _named(self._fault):
            self._container.mux(self._stream.encode(None))
            self._container.close()


@contextmanager
def open_mp4(path: Path, encoding: Encoding, fault: Fault) -> Iterator[Mp4Writer]:
    """Give a film to fill; the file appears when the block ends without an error.

    Raises:
        Exception: the file cannot be made; the error is ``fault``'s.
    """
    with atomic_write(path) as part:
        with _named(fault):
            container = av.open(str(part), "w", format="mp4", options=dict(encoding.file))
        with container:
            writer = Mp4Writer(container, encoding, fault)
            yield writer
            writer.end()


@contextmanager
def _named(fault: Fault) -> Iterator[None]:
    """Turn FFmpeg's errors, which name no file, into the caller's own."""
    try:
        yield
    except av.error.FFmpegError as error:
        if fault is None:
            raise
        raise fault(str(error.strerror)) from error
