"""A video to look at: each frame beside its flow to the next, in the Middlebury colours."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from pipeline.flow.errors import FlowError
from pipeline.flow.quantize import LEVELS, MIDDLE, STILL
from pipeline.frames.size import Size
from pipeline.mp4 import FINE_X264, Encoding, Mp4Writer, open_mp4
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


class Preview:
    """Puts frames beside their flow into a film.

    Args:
        film: whose tick is a frame.
        bound_pixels: what the levels of flow reach to.
        scale: length in pixels of the vectors that have the full colour; None takes the 99th
            percentile over the first frames shown, at least one pixel.
    """

    def __init__(self, film: Mp4Writer, bound_pixels: float, scale: float | None) -> None:
        self._film = film
        self._bound_pixels = bound_pixels
        self._num_shown = 0
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
            self._film.add(shown, self._num_shown)
            self._num_shown += 1


@contextmanager
def open_preview(
    path: Path, rate: tuple[int, int], bound_pixels: float, scale: float | None
) -> Iterator[Preview]:
    """Give a preview to fill; the file appears whole when the block ends without an error.

    Args:
        path: what it will be called.
        rate: frames a second, as a fraction's two numbers.
        bound_pixels: as of a `Preview`.
        scale: as of a `Preview`.

    Raises:
        FlowError: the file cannot be made.
    """

    def fault(reason: str) -> FlowError:
        return FlowError(f"{path}: the preview could not be written: {reason}")

    own_rate = Fraction(*rate)
    encoding = Encoding(rate=own_rate, tick=1 / own_rate, x264=FINE_X264, file={})
    with open_mp4(path, encoding, fault) as film:
        yield Preview(film, bound_pixels, scale)


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
