"""Attention maps brought to frames, and drawn over them with the gaze point."""

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8

from pipeline.clips.crop import centre_crop
from pipeline.evaluation.explain import ClipMaps

HEAT_SHARE = 0.68
"""Opacity of the heat colour where attention is highest."""
OUTSIDE_LIGHT = 0.45
"""Brightness left to what the centre crop cuts off."""


def maps_of_frames(
    attention: ClipMaps, frames: Int[np.ndarray, " F"]
) -> Float[np.ndarray, "F h w"]:
    """Bring window maps to frames: the mean over the windows that cover a frame.

    In a window of L frames and a map of T' planes, frame t belongs to plane ``t * T' // L``.
    """
    offsets = frames[:, None] - attention.starts[None, :]  # (F, M)
    is_covered = (offsets >= 0) & (offsets < attention.window)
    planes = attention.maps.shape[1]
    plane = np.clip(offsets, 0, attention.window - 1) * planes // attention.window
    values = attention.maps[np.arange(len(attention.starts))[None, :], plane]  # (F, M, h, w)
    weights = is_covered / np.maximum(is_covered.sum(axis=1, keepdims=True), 1)
    return np.einsum("fm,fmhw->fhw", weights, values)


def scale_to_one(maps: Float[np.ndarray, "F h w"]) -> Float[np.ndarray, "F h w"]:
    """Min-max over all frames of a clip; a constant map becomes zeros: it points nowhere."""
    low, high = maps.min(), maps.max()
    return (maps - low) / (high - low) if high > low else np.zeros_like(maps)


def overlay(
    image: UInt8[np.ndarray, "H W 3"], attention: Float[np.ndarray, "h w"], crop: int
) -> UInt8[np.ndarray, "H W 3"]:
    """Lay a map in [0, 1] over the centre crop of an RGB frame; what the crop cuts is dimmed."""
    square = centre_crop(image.shape[0], image.shape[1], crop)
    inside = (slice(square.top, square.top + crop), slice(square.left, square.left + crop))
    values = cv2.resize(attention.astype(np.float32), (crop, crop), interpolation=cv2.INTER_CUBIC)
    values = np.clip(values, 0, 1)
    heat = cv2.applyColorMap((values * 255).round().astype(np.uint8), cv2.COLORMAP_INFERNO)
    share = HEAT_SHARE * np.sqrt(values)[:, :, None]  # the root keeps weak attention visible
    blended = image.astype(np.float32) * OUTSIDE_LIGHT
    blended[inside] = image[inside] * (1 - share) + heat[:, :, ::-1] * share
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
