"""Rectangles within the images of a clip: where they lie, and cutting images and gaze by them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8


class CropError(ValueError):
    """The stored images are smaller than the square that is asked for."""


@dataclass(frozen=True)
class Crop:
    """A rectangle of stored pixels; ``top`` and ``left`` are its first row and column."""

    top: int
    left: int
    height: int
    width: int


def draw_crop(height: int, width: int, side: int, generator: np.random.Generator) -> Crop:
    """Return a square at a random place; every place is equally likely."""
    check_fits(height, width, side)
    top = int(generator.integers(height - side + 1))
    left = int(generator.integers(width - side + 1))
    return Crop(top, left, side, side)


def centre_crop(height: int, width: int, side: int) -> Crop:
    """Return the square in the middle; an odd remainder goes right and down."""
    check_fits(height, width, side)
    return crop_at(height, width, (side, side), (2, 2))


def crop_at(height: int, width: int, size: tuple[int, int], quarters: tuple[int, int]) -> Crop:
    """Return a rectangle by quarters of the room that it leaves.

    Args:
        height: of the image.
        width: of the image.
        size: rows and columns of the rectangle.
        quarters: 0 for the top or left border, 2 for the middle, 4 for the bottom or right one.
    """
    rows, columns = size
    top = quarters[0] * (height - rows) // 4
    left = quarters[1] * (width - columns) // 4
    return Crop(top, left, rows, columns)


def whole_image(height: int, width: int) -> Crop:
    """Return the rectangle that leaves nothing out."""
    return Crop(0, 0, height, width)


def crop_images(images: UInt8[np.ndarray, "T H W C"], crop: Crop) -> UInt8[np.ndarray, "T h w C"]:
    """Cut every image; the result is a view."""
    rows = slice(crop.top, crop.top + crop.height)
    return images[:, rows, crop.left : crop.left + crop.width]


def crop_gaze(
    points: Float32[np.ndarray, "T 2"],
    valid: Bool[np.ndarray, " T"],
    crop: Crop,
    height: int,
    width: int,
) -> tuple[Float32[np.ndarray, "T 2"], Bool[np.ndarray, " T"]]:
    """Map gaze from the image to the rectangle, both in [0, 1]; what falls outside is invalid.

    Invalid points become zero, so that no NaN reaches a loss that multiplies by the validity.

    Differs from STAM's code, which moves y by the horizontal offset and keeps points outside.
    """
    size = np.array([width, height], np.float32)
    corner = np.array([crop.left, crop.top], np.float32)
    moved = (points * size - corner) / np.array([crop.width, crop.height], np.float32)
    is_inside = ((moved >= 0) & (moved <= 1)).all(axis=1)  # NaN is not inside
    kept = valid & is_inside
    return np.where(kept[:, None], moved, np.float32(0)), kept


def check_fits(height: int, width: int, side: int) -> None:
    """Stop where a square is larger than the images.

    Raises:
        CropError: with the params to change.
    """
    if side > min(height, width):
        raise CropError(
            f"a crop of {side} x {side} pixels does not fit the stored images of {width} x "
            f"{height}; lower the recipe's crop, or raise frames.size"
        )
