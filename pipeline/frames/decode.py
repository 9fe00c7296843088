"""Sequential decoding of a video file, in which nothing broken passes for whole.

Sequential, because seeking misses frames in some containers, and with one codec thread, because
the processes over sessions already use the cores.
"""

import errno
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from jaxtyping import UInt8

from pipeline.frames.size import Size, target_size

ENVIRONMENT_FAULTS = (FileNotFoundError, PermissionError, MemoryError)


class DecodeError(ValueError):
    """A video cannot be decoded whole.

    Args:
        path: the video.
        reason: one word for counting: unreadable, corrupt or truncated.
        detail: the frame, what was found and what was expected.
    """

    def __init__(self, path: Path, reason: str, detail: str) -> None:
        super().__init__(path, reason, detail)
        self.path = path
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}: {self.detail}"


def decode_video(
    path: Path, size: int | str | None, num_frames: int
) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
    """Yield every frame of a video, upright and resized by area averaging, at least one.

    Args:
        path: the video.
        size: the ``size`` param, see `target_size`; None for the video's own.
        num_frames: frames that the container holds; more are welcome, fewer are an error.

    Raises:
        DecodeError: the file is unreadable, a frame is corrupt, or frames are missing. It can
            come after good frames, so keep none of a video before its end.
    """
    number = 0
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise DecodeError(path, "unreadable", "found no video stream, expected one")
            stream = container.streams.video[0]
            if stream.codec_context is None:
                raise DecodeError(path, "unreadable", "found a codec that no decoder here knows")
            stream.codec_context.thread_count = 1
            target = None
            for frame in container.decode(stream):
                _check_frame(path, number, frame)
                target = target or _target(size, frame)
                yield _upright(frame, target)
                number += 1
    except ENVIRONMENT_FAULTS:
        raise
    except av.error.FFmpegError as error:
        if error.errno == errno.EIO:
            raise
        reason = "corrupt" if number else "unreadable"
        detail = f"frame {number}: found {error.strerror}, expected {num_frames} whole frames"
        raise DecodeError(path, reason, detail) from error
    if number < max(1, num_frames):
        detail = f"frame {number}: found the end, expected {num_frames} frames"
        raise DecodeError(path, "truncated", detail)


def _check_frame(path: Path, number: int, frame: VideoFrame) -> None:
    if frame.is_corrupt:
        detail = f"frame {number}: found broken data in the picture, expected a whole one"
        raise DecodeError(path, "corrupt", detail)
    if frame.rotation % 90:
        detail = f"frame {number}: found a rotation of {frame.rotation} degrees, expected quarters"
        raise DecodeError(path, "unreadable", detail)


def _is_sideways(frame: VideoFrame) -> bool:
    return frame.rotation % 180 != 0


def _displayed_size(frame: VideoFrame) -> Size:
    if _is_sideways(frame):
        return Size(frame.height, frame.width)
    return Size(frame.width, frame.height)


def _target(size: int | str | None, frame: VideoFrame) -> Size:
    displayed = _displayed_size(frame)
    return displayed if size is None else target_size(size, displayed)


def _upright(frame: VideoFrame, target: Size) -> UInt8[np.ndarray, "H W 3"]:
    """Resize as stored, then turn: the container's rotation is not applied by the decoder."""
    sideways = _is_sideways(frame)
    resized = frame.reformat(
        width=target.height if sideways else target.width,
        height=target.width if sideways else target.height,
        format="rgb24",
        interpolation="AREA",
        threads=1,
    )
    return np.ascontiguousarray(np.rot90(resized.to_ndarray(), frame.rotation // 90))
