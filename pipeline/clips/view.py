"""A view of a clip's images: a rectangle, perhaps brought to another size, perhaps mirrored."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from pipeline.clips.crop import Crop, crop_gaze, crop_images
from pipeline.clips.flip import flip_flow, flip_gaze, flip_rgb

FLIP: dict[str, Callable[[np.ndarray], np.ndarray]] = {"rgb": flip_rgb, "flow": flip_flow}


@dataclass(frozen=True)
class View:
    """What a network sees of every image of a clip.

    Args:
        crop: the part of the image.
        side: rows and columns that the part is brought to; None leaves its size.
        is_mirrored: left to right, after all else.
    """

    crop: Crop
    side: int | None
    is_mirrored: bool


def view_images(
    images: UInt8[np.ndarray, "T H W C"], view: View, stream: str
) -> UInt8[np.ndarray, "T h w C"]:
    """Cut, resize and mirror the images of a clip."""
    seen = crop_images(images, view.crop)
    if view.side is not None:
        seen = _resize(seen, view.side)
    return FLIP[stream](seen) if view.is_mirrored else seen


def view_gaze(
    points: Float32[np.ndarray, "T 2"],
    valid: Bool[np.ndarray, " T"],
    view: View,
    height: int,
    width: int,
) -> tuple[Float32[np.ndarray, "T 2"], Bool[np.ndarray, " T"]]:
    """Move gaze from images of a size to the view; invalid points are zero."""
    moved, kept = crop_gaze(points, valid, view.crop, height, width)
    if view.is_mirrored:
        moved = np.where(kept[:, None], flip_gaze(moved), moved)
    return moved, kept


def _resize(images: UInt8[np.ndarray, "T H W C"], side: int) -> UInt8[np.ndarray, "T side side C"]:
    """Resize bilinearly.

    Flow's levels are interpolated like colours, and its vectors keep their length in stored
    pixels, as in the code of TSN, TSM and LSTA. Differs from them in where an image shrinks: they
    resize by PIL, which smooths it then.
    """
    if images.shape[1:3] == (side, side):
        return images
    import cv2

    size = (side, side)
    return np.stack([cv2.resize(image, size, interpolation=cv2.INTER_LINEAR) for image in images])
