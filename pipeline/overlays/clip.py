"""A clip as a film: its frames under a map, with the wearer's gaze and what was predicted."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, UInt8

from pipeline.evaluation.explain import ClipMaps
from pipeline.frames.size import Size
from pipeline.overlays.pictures import (
    draw_gaze,
    lay_over,
    maps_of_frames,
    resize_to_width,
    scale_to_one,
    seen_part,
)
from pipeline.overlays.text import Colour, draw_text, shorten, text_width

GROUND: Colour = (16, 20, 27)
INK: Colour = (236, 240, 246)
QUIET: Colour = (148, 160, 178)
RIGHT, WRONG = (88, 214, 141), (255, 186, 73)
"""Colours of the line that says whether the prediction is right, beside the words for it."""
TEXT, SMALL, MARGIN, ROW = 14, 12, 8, 19
"""Sizes of letters, and distances, in pixels."""


@dataclass(frozen=True)
class Caption:
    """What stands below the frames.

    Args:
        shown: what the colours are: ``RGB attention``, or ``RGB Grad-CAM++``.
        predicted: name of the class.
        probability: of it, in [0, 1].
        actual: name of the true class; None where nobody knows it.
    """

    shown: str
    predicted: str
    probability: float
    actual: str | None


def clip_pictures(
    images: UInt8[np.ndarray, "F H W 3"],
    maps: ClipMaps,
    gaze: tuple[Float[np.ndarray, "F 2"], Bool[np.ndarray, " F"]],
    caption: Caption,
    width: int,
) -> Iterator[UInt8[np.ndarray, "h w 3"]]:
    """Draw every frame of a clip, one at a time.

    images: all frames of the clip, as stored.
    maps: of its windows; scaled min-max over the clip.
    gaze: point of every frame in [0, 1] of the image, and which are to be trusted.
    caption: the same below all of them.
    width: of a picture in pixels.
    """
    scaled = scale_to_one(maps_of_frames(maps, np.arange(len(images))))
    band = draw_caption(caption, width)
    stored = Size(images.shape[2], images.shape[1])
    for image, heat, point, is_valid in zip(images, scaled, *gaze, strict=True):
        picture = resize_to_width(image, width)
        part = seen_part(stored, maps.crop, Size(width, len(picture)))
        picture = lay_over(picture, heat, part)
        if is_valid:
            picture = draw_gaze(picture, point)
        yield np.concatenate([picture, band])


def draw_caption(caption: Caption, width: int) -> UInt8[np.ndarray, "h w 3"]:
    """Return the band below a picture: prediction and probability, truth, what the colours are."""
    band = np.full((2 * ROW + MARGIN, width, 3), GROUND, np.uint8)
    number = f"{caption.probability:.0%}"
    left = width - MARGIN - text_width(number, TEXT, is_bold=True)
    draw_text(band, number, (left, ROW), TEXT, INK, is_bold=True)
    predicted = shorten(caption.predicted, TEXT, left - 2 * MARGIN, is_bold=True)
    draw_text(band, predicted, (MARGIN, ROW), TEXT, INK, is_bold=True)
    shown = shorten(caption.shown, SMALL, width // 2)
    left = width - MARGIN - text_width(shown, SMALL)
    draw_text(band, shown, (left, 2 * ROW), SMALL, QUIET)
    if caption.actual is not None:
        is_right = caption.actual == caption.predicted
        words = "right" if is_right else f"it is {caption.actual}"
        words = shorten(words, SMALL, left - 2 * MARGIN)
        draw_text(band, words, (MARGIN, 2 * ROW), SMALL, RIGHT if is_right else WRONG)
    return band
