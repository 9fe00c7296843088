"""Maps drawn over frames, and the gaze point."""

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8

from pipeline.clips.crop import centre_crop, whole_image
from pipeline.evaluation.explain import ClipMaps
from pipeline.frame_maps.merge import merge_windows
from pipeline.frames.size import Size

HEAT_SHARE = 0.68
"""Opacity of the heat colour where attention is highest."""
OUTSIDE_LIGHT = 0.45
"""Brightness left to what the centre crop cuts off."""

Rectangle = tuple[slice, slice]
"""Rows and columns of a picture."""


def maps_of_frames(
    attention: ClipMaps, frames: Int[np.ndarray, " F"]
) -> Float[np.ndarray, "F h w"]:
    """Return each frame's map at the size that it has (`merge_windows`)."""
    merged = merge_windows(attention, frames)
    return merged.own_size[merged.which]


def scale_to_one(maps: Float[np.ndarray, "F h w"]) -> Float[np.ndarray, "F h w"]:
    """Min-max over all frames of a clip; a constant map becomes zeros: it points nowhere."""
    low, high = maps.min(), maps.max()
    return (maps - low) / (high - low) if high > low else np.zeros_like(maps)


def seen_part(stored: Size, crop: int | None, picture: Size) -> Rectangle:
    """Return the part of a picture that the network's square covers in the stored frame.

    crop: side of the square in stored pixels; None where the network sees the whole image.
    """
    height, width = stored.height, stored.width
    square = whole_image(height, width) if crop is None else centre_crop(height, width, crop)
    down, across = picture.height / height, picture.width / width
    rows = slice(round(square.top * down), round((square.top + square.height) * down))
    columns = slice(round(square.left * across), round((square.left + square.width) * across))
    return rows, columns


def overlay(
    image: UInt8[np.ndarray, "H W 3"], attention: Float[np.ndarray, "h w"], crop: int | None
) -> UInt8[np.ndarray, "H W 3"]:
    """Lay a map in [0, 1] over the centre crop of an RGB frame; what the crop cuts is dimmed.

    Without a crop the map is of the whole frame.
    """
    own = Size(image.shape[1], image.shape[0])
    return lay_over(image, attention, seen_part(own, crop, own))


def lay_over(
    picture: UInt8[np.ndarray, "H W 3"], attention: Float[np.ndarray, "h w"], part: Rectangle
) -> UInt8[np.ndarray, "H W 3"]:
    """Return a picture with a map in [0, 1] over a part of it, and the rest dimmed."""
    inside = picture[part]
    size = (inside.shape[1], inside.shape[0])
    values = cv2.resize(attention.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    values = np.clip(values, 0, 1)
    heat = cv2.applyColorMap((values * 255).round().astype(np.uint8), cv2.COLORMAP_INFERNO)
    share = HEAT_SHARE * np.sqrt(values)[:, :, None]  # the root keeps weak attention visible
    blended = picture.astype(np.float32) * OUTSIDE_LIGHT
    blended[part] = inside * (1 - share) + heat[:, :, ::-1] * share
    return blended.round().astype(np.uint8)


def draw_gaze(
    image: UInt8[np.ndarray, "H W 3"], point: Float[np.ndarray, "2"]
) -> UInt8[np.ndarray, "H W 3"]:
    """Draw a gaze point, (x, y) in [0, 1] of the image, as a ring that shows on any ground."""
    height, width = image.shape[:2]
    radius = max(round(width / 32), 4)
    precise = 4  # bits of a pixel's fraction
    x, y = (point * (width, height) - 0.5) * 2**precise
    centre = (round(x), round(y))
    drawn = image.copy()
    for size, colour, thickness in (
        (radius, (16, 20, 24), max(radius // 2, 3)),
        (radius, (64, 255, 160), max(radius // 4, 2)),
        (max(radius // 4, 1), (64, 255, 160), -1),
    ):
        cv2.circle(drawn, centre, size << precise, colour, thickness, cv2.LINE_AA, precise)
    return drawn


def resize_to_width(image: UInt8[np.ndarray, "H W 3"], width: int) -> UInt8[np.ndarray, "h w 3"]:
    """Bring an image to a width, its aspect kept."""
    height = round(image.shape[0] * width / image.shape[1])
    is_smaller = width < image.shape[1]
    method = cv2.INTER_AREA if is_smaller else cv2.INTER_CUBIC
    return cv2.resize(image, (width, height), interpolation=method)


def encode_jpeg(image: UInt8[np.ndarray, "H W 3"], quality: int) -> bytes:
    """JPEG bytes of an RGB image."""
    _, encoded = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return encoded.tobytes()
