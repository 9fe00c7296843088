"""Dishes with food in them, and their glass lids.

A dish is one unit wide; (0, 0) is the middle of its rim. It is seen from above the front, so that
its round rim is an ellipse and its body shows below.
"""

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import Float

from pipeline.kitchen.catalog import Noun
from pipeline.kitchen.foods import draw_food
from pipeline.kitchen.sprite import Easel, Sprite, make_easel

DEPTH = 0.74
"""Height of the rim in the image over its width: how steeply the wearer looks down."""
BODY = 0.24
"""How far the foot is seen below the rim."""
GLAZES = ((214, 214, 210), (150, 160, 170), (196, 178, 150), (120, 142, 168), (176, 120, 100))

Outline = Float[np.ndarray, "N 2"]


def draw_dish(noun: Noun, rng: np.random.Generator, pixels_per_unit: float) -> Sprite:
    """Return a dish of the noun's shape, in a random glaze, with its food."""
    easel = make_easel(-0.62, -0.5, 0.62, 0.78, pixels_per_unit)
    glaze = np.array(GLAZES[rng.integers(len(GLAZES))]) + rng.normal(0.0, 12.0, 3)
    rim = OUTLINES[noun.outline]()
    foot = rim * 0.72 + np.array([0.0, BODY])
    _shade_ground(easel, rim)
    body = cv2.convexHull(easel.pixels(np.concatenate([rim, foot])))
    cv2.fillPoly(easel.alpha, [body], 255)
    cv2.fillPoly(easel.colour, [body], _clip(glaze * 0.72))
    stripe = easel.pixels(rim * 0.9 + np.array([0.0, BODY * 0.55]))
    cv2.polylines(
        easel.colour,
        [stripe],
        isClosed=True,
        color=_clip(glaze * 0.5),
        thickness=easel.thickness(0.03),
    )
    cv2.fillPoly(easel.colour, [easel.pixels(rim)], _clip(glaze * 1.08))
    _fill_with_food(easel, easel.pixels(rim * 0.88), noun, rng)
    return easel.finish()


def draw_lid(noun: Noun, pixels_per_unit: float) -> Sprite:
    """Return the dish's glass lid, seen from straight above, hinged at its top edge."""
    easel = make_easel(-0.56, -0.05, 0.56, 1.07, pixels_per_unit)
    rim = OUTLINES[noun.outline]() / np.array([1.0, DEPTH]) + np.array([0.0, 0.5])
    glass = easel.pixels(rim)
    cv2.fillPoly(easel.alpha, [glass], 84)
    cv2.fillPoly(easel.colour, [glass], (226, 236, 244))
    cv2.polylines(easel.alpha, [glass], isClosed=True, color=235, thickness=easel.thickness(0.06))
    cv2.polylines(
        easel.colour, [glass], isClosed=True, color=(92, 98, 108), thickness=easel.thickness(0.06)
    )
    middle = easel.pixels(np.array([[0.0, 0.5]]))[0].tolist()
    cv2.circle(easel.alpha, middle, easel.thickness(0.09), 255, -1)
    cv2.circle(easel.colour, middle, easel.thickness(0.09), (58, 60, 66), -1)
    return easel.finish()


def _shade_ground(easel: Easel, rim: Outline) -> None:
    """Draw the shadow that the dish throws on the counter."""
    shadow = easel.pixels(rim * 0.92 + np.array([0.05, BODY + 0.1]))
    cv2.fillPoly(easel.alpha, [shadow], 120)
    easel.alpha[:] = cv2.blur(easel.alpha, (easel.thickness(0.1),) * 2)


def _fill_with_food(
    easel: Easel, opening: np.ndarray, noun: Noun, rng: np.random.Generator
) -> None:
    x, y, width, height = cv2.boundingRect(opening)
    food = draw_food(noun, rng, width)[:height]
    inside = np.zeros(easel.alpha.shape, np.uint8)
    cv2.fillPoly(inside, [opening], 255)
    region = easel.colour[y : y + height, x : x + width]
    region[:] = np.where(inside[y : y + height, x : x + width, None] > 0, food, region)


def _clip(colour: np.ndarray) -> tuple[float, ...]:
    return tuple(np.clip(colour, 0, 255).tolist())


def _superellipse(power: float) -> Outline:
    angle = np.linspace(0.0, 2.0 * np.pi, 64, endpoint=False)
    across, down = np.cos(angle), np.sin(angle)
    x = np.sign(across) * np.abs(across) ** (2.0 / power)
    y = np.sign(down) * np.abs(down) ** (2.0 / power)
    return np.stack([0.5 * x, 0.5 * DEPTH * y], axis=1)


def _polygon(corners: int, turn: float) -> Outline:
    angle = turn + np.arange(corners) * 2.0 * np.pi / corners
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points /= 2.0 * np.abs(points).max(axis=0)
    return points * np.array([1.0, DEPTH])


OUTLINES: dict[str, Callable[[], Outline]] = {
    "round": lambda: _superellipse(2.0),
    "square": lambda: _superellipse(6.0),
    "barrel": lambda: _superellipse(3.0),
    "oval": lambda: _superellipse(2.4),
    "hexagon": lambda: _polygon(6, 0.0),
    "octagon": lambda: _polygon(8, np.pi / 8.0),
}
