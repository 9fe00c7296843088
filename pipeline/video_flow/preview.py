"""A video to look at: each frame beside its flow to the next, in the Middlebury colours."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import OutputContainer
from jaxtyping import UInt8

from pipeline.atomic import atomic_write
from pipeline.flow.errors import FlowError
from pipeline.flow.quantize import LEVELS, MIDDLE, STILL
from pipeline.frames.size import Size
from pipeline.video_flow.wheel import colour, colours_of_levels

SMALLEST_HEIGHT = 240
"""Smaller frames are shown larger by a whole factor, up to the largest side."""
LARGEST_SIDE = 16384
"""Of a picture that x264 takes, in pixels."""
SMALLEST_RADIUS = 8
"""Of the legend in pixels; a strip too narrow for it has none."""
SCALE_PERCENTILE = 99
SMALLEST_SCALE = 1.0
"""Pixels: below it a still beginning would make its noise the measure of all."""
X264_OPTIONS = {"crf": "20", "preset": "veryfast"}


class Preview:
    """An mp4 file that is being written.

    Args:
        path: what it will be called, for errors.
        container: opened for writing.
        rate: frames a second, as a fraction's two numbers.
        bound_pixels: what the levels of flow reach to.
        scale: length in pixels of the vectors that have the full colour; None takes the 99th
            percentile over the first frames shown, at least one pixel.
    """

    def __init__(
        self,
        path: Path,
        container: OutputContainer,
        rate: tuple[int, int],
        bound_pixels: float,
        scale: float | None,
    ) -> None:
        self._path = path
        self._container = container
        self._bound_pixels = bound_pixels
        self._stream = container.add_stream("libx264", rate=Fraction(*rate))
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = dict(X264_OPTIONS)
        self._has_size = False
        self.scale = scale

    def add(
        self, images: UInt8[np.ndarray, "N H W 3"], levels: UInt8[np.ndarray, "N H W 2"]
    ) -> None:
        """Append frames beside their flow.

        Raises:
            FlowError: the encoder or the disk does not take them.
        """
        if self.scale is None:
            self.scale = choose_scale(levels, self._bound_pixels)
        colours = colours_of_levels(self._bound_pixels, self.scale)
        for image, level in zip(images, levels, strict=True):
            shown = picture(image, colours[level[..., 1], level[..., 0]], self.scale)
            if not self._has_size:
                self._stream.height, self._stream.width = shown.shape[:2]
                self._has_size = True
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            with _faults(self._path):
                self._container.mux(self._stream.encode(frame))

    def end(self) -> None:
        """Write what the encoder still holds."""
        with _faults(self._path):
            self._container.mux(self._stream.encode(None))
            self._container.close()


@contextmanager
def open_preview(
    path: Path, rate: tuple[int, int], bound_pixels: float, scale: float | None
) -> Iterator[Preview]:
    """Give a preview to fill; the file appears whole when the block ends without an error.

    Raises:
        FlowError: the file cannot be made.
    """
    with atomic_write(path) as part:
        with _faults(path):
            container = av.open(str(part), "w", format="mp4")
        with container:
            preview = Preview(path, container, rate, bound_pixels, scale)
            yield preview
            preview.end()


def check_previewed(size: Size) -> None:
    """Check that frames of a size can be shown beside their flow.

    Raises:
        FlowError: they are too large.
    """
    shown = Size(2 * size.width, size.height)
    if max(shown.width, shown.height) > LARGEST_SIDE:
        raise FlowError(
            f"found frames of {size}, whose preview would be {shown}, expected sides of at most "
            f"{LARGEST_SIDE} as H.264 has them; give a smaller --size, or no --preview"
        )


def choose_scale(levels: UInt8[np.ndarray, "N H W 2"], bound_pixels: float) -> float:
    """Return a length in pixels, rounded to a tenth, that 99 of 100 vectors do not exceed."""
    num_levels = LEVELS + 1
    counts = np.zeros(num_levels**2, np.int64)  # of vectors, by their two levels
    for one in levels:
        both = one[..., 1].astype(np.int64) * num_levels + one[..., 0]
        counts += np.bincount(both.ravel(), minlength=len(counts))
    steps = np.arange(num_levels) - STILL
    lengths = np.hypot(*np.meshgrid(steps, steps)).ravel() * (bound_pixels / MIDDLE)
    order = np.argsort(lengths)
    share = np.cumsum(counts[order]) / counts.sum()
    longest = lengths[order[np.searchsorted(share, SCALE_PERCENTILE / 100)]]
    return max(round(float(longest), 1), SMALLEST_SCALE)


def picture(
    image: UInt8[np.ndarray, "H W 3"], flow: UInt8[np.ndarray, "H W 3"], scale: float
) -> UInt8[np.ndarray, "h w 3"]:
    """Return a frame beside the colours of its flow, with the wheel and its scale in a corner."""
    fitting = LARGEST_SIDE // (2 * image.shape[1])
    factor = max(1, min(-(-SMALLEST_HEIGHT // len(image)), fitting))
    beside = np.concatenate([image, flow], axis=1)
    large = beside.repeat(factor, axis=0).repeat(factor, axis=1)
    draw_legend(large, scale)
    return np.pad(large, ((0, len(large) % 2), (0, 0), (0, 0)))  # H.264 wants even sides


def draw_legend(shown: UInt8[np.ndarray, "h w 3"], scale: float) -> None:
    """Draw the wheel, whose rim is ``scale`` pixels of motion, into the lower right corner."""
    radius = min(len(shown), shown.shape[1] // 2) // 9
    if radius < SMALLEST_RADIUS:
        return
    steps = np.arange(-radius, radius + 1, dtype=np.float32) * np.float32(scale / radius)
    across = np.stack(np.meshgrid(steps, steps), axis=-1)  # (2 radius + 1, ..., 2), pixels
    is_inside = np.hypot(across[..., 0], across[..., 1]) <= scale
    top, left = len(shown) - 2 * radius - 7, shown.shape[1] - 2 * radius - 7
    corner = shown[top : top + len(steps), left : left + len(steps)]
    corner[is_inside] = colour(across, scale)[is_inside]
    cv2.circle(shown, (left + radius, top + radius), radius + 1, (0, 0, 0), 1, cv2.LINE_AA)
    text, font = f"{scale:.1f} px", cv2.FONT_HERSHEY_SIMPLEX
    size = radius / 55
    width = cv2.getTextSize(text, font, size, 1)[0][0]
    place = (left + radius - width // 2, top - 6)
    for thickness, ink in ((3, (255, 255, 255)), (1, (0, 0, 0))):
        cv2.putText(shown, text, place, font, size, ink, thickness, cv2.LINE_AA)


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Turn FFmpeg's errors, which name no file, into one that does."""
    try:
        yield
    except av.error.FFmpegError as error:
        raise FlowError(f"{path}: the preview could not be written: {error.strerror}") from error
