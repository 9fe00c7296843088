"""Decoded frames as the graph would store them, byte for byte, and as a person is shown them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import floor

import numpy as np
from av.video.frame import VideoFrame
from jaxtyping import UInt8

from pipeline.frames.encode import decode_rgb, encode_rgb
from pipeline.frames.size import Size, target_size
from pipeline.prediction.film import Shown

SLACK_SECONDS = 1e-3
"""Clocks of containers are rounded to a millisecond at worst."""
SHOWN_QUALITY = 92
"""JPEG quality of the pictures that wait to be drawn on: memory holds some seconds of them."""


@dataclass
class Frame:
    """A frame of the video.

    Args:
        number: in the file, from 0.
        time: seconds since the first frame.
        image: as the store of frames would give it.
        shown: JPEG of the frame as a person is to see it; empty where nobody will.
        flow: levels of the motion to the next frame, x then y; None until it is asked for.
    """

    number: int
    time: float
    image: UInt8[np.ndarray, "H W 3"]
    shown: bytes
    flow: UInt8[np.ndarray, "H W 2"] | None = None


def displayed_size(frame: VideoFrame) -> Size:
    """Return a frame's size once it is upright."""
    if _is_sideways(frame):
        return Size(frame.height, frame.width)
    return Size(frame.width, frame.height)


def upright(frame: VideoFrame, size: Size, method: str) -> UInt8[np.ndarray, "H W 3"]:
    """Resize by one of FFmpeg's methods, then turn; by AREA as `pipeline.frames.decode` does.

    It stands here again because a change in that package would train all networks anew.
    """
    sideways = _is_sideways(frame)
    resized = frame.reformat(
        width=size.height if sideways else size.width,
        height=size.width if sideways else size.height,
        format="rgb24",
        interpolation=method,
        threads=1,
    )
    return np.ascontiguousarray(np.rot90(resized.to_ndarray(), frame.rotation // 90))


def store_frames(
    film: Iterator[Shown],
    size: int | str,
    quality: int,
    shown_size: Callable[[Size], Size] | None,
) -> Iterator[Frame]:
    """Yield each frame as the graph's stage ``frames`` stores it.

    Args:
        film: decoded frames.
        size: the ``frames.size`` param.
        quality: the ``frames.quality`` param.
        shown_size: of the pictures that are to be drawn on, by the video's; None for none.
    """
    displayed = None
    for own in film:
        displayed = displayed or displayed_size(own.frame)
        image = upright(own.frame, target_size(size, displayed), "AREA")
        shown = b""
        if shown_size is not None:
            shown = _show(own.frame, displayed, shown_size(displayed))
        image = decode_rgb(encode_rgb(image, quality))
        yield Frame(own.number, own.time, image, shown)


def thin(film: Iterator[Shown], rate: float | None) -> Iterator[Shown]:
    """Yield the first frame of each tick of ``rate`` a second; None yields all frames."""
    last = -1
    for own in film:
        if rate is not None:
            tick = floor((own.time + SLACK_SECONDS) * rate)
            if tick == last:
                continue
            last = tick
        yield own


def _show(frame: VideoFrame, displayed: Size, size: Size) -> bytes:
    """Return a frame as a person is to see it: smooth where it is enlarged."""
    method = "AREA" if size.width < displayed.width else "BICUBIC"
    return encode_rgb(upright(frame, size, method), SHOWN_QUALITY)


def _is_sideways(frame: VideoFrame) -> bool:
    return frame.rotation % 180 != 0
