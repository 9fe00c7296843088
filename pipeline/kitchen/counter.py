"""The counter under the scene: one of four surfaces, and the clutter that lies on it."""

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import UInt8

from pipeline.kitchen.noise import smooth_field

MARGIN = 0.35
"""How far the counter goes beyond the image on each side, in image heights."""
CLUTTER = (14, 22)
"""Fewest and most small things on the counter."""


def draw_counter(
    style: np.random.Generator, rng: np.random.Generator, height: int, width: int
) -> UInt8[np.ndarray, "h w 3"]:
    """Return the counter at ``height`` pixels a unit, ``MARGIN`` wider than the image all round.

    Args:
        style: decides what a session's clips share: the surface and its colour.
        rng: decides what is a clip's own: grain and clutter.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """
    margin = int(MARGIN * height)
    size = (height + 2 * margin, width + 2 * margin)
    colour = style.uniform(70.0, 200.0) + style.normal(0.0, 14.0, 3)
    surface = SURFACES[style.integers(len(SURFACES))]
    grain = surface(rng, *size) + 0.5 * smooth_field(rng, *size, (5, 6))
    grain += rng.normal(0.0, 0.25, size)
    picture = np.clip(colour + 26.0 * grain[..., None], 0, 255).astype(np.uint8)
    for _ in range(rng.integers(*CLUTTER)):
        THINGS[rng.integers(len(THINGS))](picture, rng, height)
    return picture


def _wood(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    grain = smooth_field(rng, height, width, (height // 4, 4))
    board = np.sin(np.arange(height) / height * 2 * np.pi * 4 + rng.uniform(0, 6)) > 0.985
    return grain - 2.0 * board[:, None]


def _tiles(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    step = height // int(rng.integers(4, 7))
    shades = rng.uniform(-0.8, 0.8, (height // step + 1, width // step + 1))
    tiles = np.kron(shades, np.ones((step, step)))[:height, :width]
    tiles[::step, :] = tiles[1::step, :] = -2.5
    tiles[:, ::step] = tiles[:, 1::step] = -2.5
    return tiles


def _granite(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    fine = smooth_field(rng, height, width, (height // 3, width // 3))
    return 1.5 * fine + smooth_field(rng, height, width, (height // 9, width // 9))


def _cloth(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    period = height / rng.uniform(7.0, 12.0)
    down = np.sign(np.sin(2 * np.pi * np.arange(height) / period))[:, None]
    across = np.sign(np.sin(2 * np.pi * np.arange(width) / period))[None, :]
    return 0.8 * (down + across)


def _spot(picture: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, tuple[float, ...]]:
    centre = rng.uniform(0.0, (picture.shape[1], picture.shape[0]))
    return centre, tuple(np.clip(rng.uniform(30, 225) + rng.normal(0, 28, 3), 0, 255))


def _plate(picture: np.ndarray, rng: np.random.Generator, height: int) -> None:
    centre, colour = _spot(picture, rng)
    across = int(height * rng.uniform(0.05, 0.13))
    middle, axes = centre.astype(int).tolist(), (across, int(0.74 * across))
    dark = tuple(0.6 * np.array(colour))
    cv2.ellipse(picture, middle, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
    inner = (int(0.7 * axes[0]), int(0.7 * axes[1]))
    cv2.ellipse(picture, middle, inner, 0, 0, 360, dark, 2, cv2.LINE_AA)


def _packet(picture: np.ndarray, rng: np.random.Generator, height: int) -> None:
    centre, colour = _spot(picture, rng)
    size = (height * rng.uniform(0.06, 0.16), height * rng.uniform(0.06, 0.14))
    box = cv2.boxPoints((centre.tolist(), size, rng.uniform(0, 90))).astype(np.int32)
    cv2.fillPoly(picture, [box], colour, cv2.LINE_AA)
    edge = tuple(0.55 * np.array(colour))
    cv2.line(picture, box[0].tolist(), box[2].tolist(), edge, 2, cv2.LINE_AA)
    cv2.polylines(picture, [box], isClosed=True, color=edge, thickness=1, lineType=cv2.LINE_AA)


def _cutlery(picture: np.ndarray, rng: np.random.Generator, height: int) -> None:
    centre, colour = _spot(picture, rng)
    angle = rng.uniform(0.0, np.pi)
    reach = 0.5 * height * rng.uniform(0.12, 0.26) * np.array([np.cos(angle), np.sin(angle)])
    ends = (centre - reach).astype(int).tolist(), (centre + reach).astype(int).tolist()
    cv2.line(picture, *ends, colour, max(2, height // 48), cv2.LINE_AA)
    cv2.circle(picture, ends[1], max(2, height // 32), colour, -1, cv2.LINE_AA)


def _crumbs(picture: np.ndarray, rng: np.random.Generator, height: int) -> None:
    centre, colour = _spot(picture, rng)
    for point in centre + rng.normal(0.0, 0.05 * height, (9, 2)):
        cv2.circle(picture, point.astype(int).tolist(), max(1, height // 90), colour, -1)


SURFACES: tuple[Callable[[np.random.Generator, int, int], np.ndarray], ...] = (
    _wood,
    _tiles,
    _granite,
    _cloth,
)
THINGS: tuple[Callable[[np.ndarray, np.random.Generator, int], None], ...] = (
    _plate,
    _packet,
    _cutlery,
    _crumbs,
)
