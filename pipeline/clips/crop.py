"""Cutting a square out of all frames of a clip, and gaze with it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8


class CropError(ValueError):
    """The stored images are smaller than the square that is asked for."""


@dataclass(frozen=True)
class Crop:
    """A square of ``side`` pixels; ``top`` and ``left`` are its first row and column."""

    top: int
    left: int
    side: int


def draw_crop(height: int, width: int, side: int, generator: np.random.Generator) -> Crop:
    """Return a square at a random place; every place is equally likely."""
    _check_fits(height, width, side)
    top = int(generator.integers(height - side + 1))
    left = int(generator.integers(width - side + 1))
    return Crop(top, left, side)


def centre_crop(height: int, width: int, side: int) -> Crop:
    """Return the square in the middle; an odd remainder goes right and down."""
    _check_fits(height, width, side)
    return Crop((height - side) // 2, (width - side) // 2, side)


def crop_images(
    images: UInt8[np.ndarray, "T H W C"], crop: Crop
) -> UInt8[np.ndarray, "T side side C"]:
    """Cut every image; the result is a view."""
    return images[:, crop.top : crop.top + crop.side, crop.left : crop.left + crop.side]


def crop_gaze(
    points: Float32[np.ndarray, "T 2"],
    valid: Bool[np.ndarray, " T"],
    crop: Crop,
    height: int,
    width: int,
) -> tuple[Float32[np.ndarray, "T 2"], Bool[np.ndarray, " T"]]:
    """Map gaze from the image to the square, both in [0, 1]; what falls outside is invalid.

    Invalid points become zero, so that no NaN reaches a loss that multiplies by the validity.

    Differs from STAM's code, which moves y by the horizontal offset and keeps points outside.
    """
    size = np.array([width, height], np.float32)
    corner = np.array([crop.left, crop.top], np.float32)
    moved = (points * size - corner) / np.float32(crop.side)
    is_inside = ((moved >= 0) & (moved <= 1)).all(axis=1)  # NaN is not inside
    kept = valid & is_inside
    return np.where(kept[:, None], moved, np.float32(0)), kept


def _check_fits(height: int, width: int, side: int) -> None:
    if side > min(height, width):
        raise CropError(
            f"a crop of {side} x {side} pixels does not fit the stored images of {width} x "
            f"{height}; lower the recipe's crop, or raise frames.size"
        )
