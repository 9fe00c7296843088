"""Pictures with transparency, and laying them over a frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

SUPERSAMPLING = 3
"""Sprites are drawn this many times larger and then averaged, for smooth edges."""


@dataclass(frozen=True)
class Sprite:
    """A picture in its own unit of length.

    Args:
        image: red, green, blue (0-255, already multiplied by alpha) and alpha (0-1).
        origin: pixel of the picture that is the point (0, 0).
        pixels_per_unit: pixels of the picture in one unit.
    """

    image: Float32[np.ndarray, "h w 4"]
    origin: tuple[float, float]
    pixels_per_unit: float


@dataclass(frozen=True)
class Easel:
    """A large transparent picture to draw a sprite on, in units with (0, 0) inside.

    Args:
        colour: RGB, drawn at ``scale`` pixels a unit.
        alpha: opacity 0-255.
        origin: pixel of the point (0, 0).
        scale: pixels in a unit.
    """

    colour: UInt8[np.ndarray, "h w 3"]
    alpha: UInt8[np.ndarray, "h w"]
    origin: tuple[float, float]
    scale: float

    def pixels(self, points: Float[np.ndarray, "N 2"]) -> np.ndarray:
        """Return integer pixels, as OpenCV's drawing wants them, of points in units."""
        return np.rint(points * self.scale + self.origin).astype(np.int32)

    def thickness(self, units: float) -> int:
        """Return whole pixels, at least one, as OpenCV's drawing wants them."""
        return max(1, round(units * self.scale))

    def finish(self) -> Sprite:
        """Average to the final size."""
        height, width = self.alpha.shape
        size = (width // SUPERSAMPLING, height // SUPERSAMPLING)
        alpha = self.alpha.astype(np.float32)[..., None] / 255.0
        image = np.concatenate([self.colour * alpha, alpha], axis=2)  # (h, w, 4)
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        x, y = self.origin
        return Sprite(small, (x / SUPERSAMPLING, y / SUPERSAMPLING), self.scale / SUPERSAMPLING)


def make_easel(
    left: float, top: float, right: float, bottom: float, pixels_per_unit: float
) -> Easel:
    """Return an empty easel that spans the given coordinates."""
    scale = pixels_per_unit * SUPERSAMPLING
    width = int((right - left) * pixels_per_unit) * SUPERSAMPLING
    height = int((bottom - top) * pixels_per_unit) * SUPERSAMPLING
    return Easel(
        colour=np.zeros((height, width, 3), np.uint8),
        alpha=np.zeros((height, width), np.uint8),
        origin=(-left * scale, -top * scale),
        scale=scale,
    )


def place(
    position: Float[np.ndarray, " 2"], size: float, degrees: float
) -> Float[np.ndarray, "2 3"]:
    """Return the map of a thing of unit ``size``, turned clockwise, at a position."""
    radians = np.deg2rad(degrees)
    cosine, sine = size * np.cos(radians), size * np.sin(radians)
    return np.array([[cosine, -sine, position[0]], [sine, cosine, position[1]]])


def chain(
    outer: Float[np.ndarray, "2 3"], inner: Float[np.ndarray, "2 3"]
) -> Float[np.ndarray, "2 3"]:
    """Return the map that does ``inner`` first and ``outer`` then."""
    both = outer[:, :2] @ inner
    both[:, 2] += outer[:, 2]
    return both


def paste(
    frame: Float32[np.ndarray, "H W 3"], sprite: Sprite, to_pixels: Float[np.ndarray, "2 3"]
) -> None:
    """Lay a sprite over a frame in place; ``to_pixels`` maps its units to the frame."""
    scale = 1.0 / sprite.pixels_per_unit
    x, y = sprite.origin
    matrix = chain(to_pixels, np.array([[scale, 0.0, -x * scale], [0.0, scale, -y * scale]]))
    height, width = sprite.image.shape[:2]
    corners = np.array([[0, width, width, 0], [0, 0, height, height]], float)
    seen = matrix[:, :2] @ corners + matrix[:, 2:]
    low = np.clip(np.floor(seen.min(axis=1)), 0, (frame.shape[1], frame.shape[0])).astype(int)
    high = np.clip(np.ceil(seen.max(axis=1)) + 1, 0, (frame.shape[1], frame.shape[0])).astype(int)
    if (high <= low).any():
        return
    matrix[:, 2] -= low
    drawn = cv2.warpAffine(sprite.image, matrix, tuple((high - low).tolist()))
    shown = cv2.cvtColor(1.0 - cv2.extractChannel(drawn, 3), cv2.COLOR_GRAY2RGB)
    region = frame[low[1] : high[1], low[0] : high[0]]
    cv2.multiply(region, shown, dst=region)
    cv2.add(region, cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB), dst=region)
