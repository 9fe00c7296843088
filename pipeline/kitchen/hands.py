"""Arms with hands, and the tool that the right hand holds.

An arm's unit is the image height; (0, 0) is the middle of the grip, and the arm goes down from
there. The tool's (0, 0) is its tip.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.kitchen.sprite import Easel, Sprite, make_easel

ARM_LENGTH = 1.3
TOOL_LENGTH = 0.17
SKINS = ((236, 192, 164), (198, 142, 108), (141, 90, 62), (92, 58, 42))
SLEEVES = ((60, 70, 110), (120, 40, 48), (52, 92, 70), (86, 86, 90), (170, 160, 140), (30, 34, 44))


@dataclass(frozen=True)
class Looks:
    """A person's skin and sleeves, RGB."""

    skin: tuple[float, ...]
    sleeve: tuple[float, ...]


def choose_looks(rng: np.random.Generator) -> Looks:
    """Return the looks of one person."""
    skin = np.array(SKINS[rng.integers(len(SKINS))]) + rng.normal(0.0, 6.0, 3)
    sleeve = np.array(SLEEVES[rng.integers(len(SLEEVES))]) + rng.normal(0.0, 12.0, 3)
    return Looks(tuple(np.clip(skin, 0, 255)), tuple(np.clip(sleeve, 0, 255)))


def draw_arm(looks: Looks, thumb: int, pixels_per_unit: float) -> Sprite:
    """Return a forearm with a closed hand; ``thumb`` is 1 for the right side, -1 for the left."""
    easel = make_easel(-0.14, -0.12, 0.14, ARM_LENGTH, pixels_per_unit)
    shade = tuple(0.72 * np.array(looks.skin))
    _fill(easel, [(-0.035, 0.0), (0.035, 0.0), (0.05, 0.4), (-0.05, 0.4)], looks.skin)
    cuff = [(-0.058, 0.19), (0.058, 0.19), (0.12, ARM_LENGTH), (-0.12, ARM_LENGTH)]
    _fill(easel, cuff, looks.sleeve)
    for fold in np.arange(0.26, ARM_LENGTH, 0.09):
        ends = easel.pixels(np.array([[-0.06, fold], [0.05, fold + 0.03]]))
        dark = tuple(0.75 * np.array(looks.sleeve))
        cv2.line(easel.colour, ends[0].tolist(), ends[1].tolist(), dark, easel.thickness(0.01))
    _ellipse(easel, (0.0, 0.03), (0.058, 0.066), 0.0, looks.skin)
    for finger in range(4):
        x = -0.042 + 0.028 * finger
        _ellipse(easel, (x, -0.03), (0.015, 0.04), 0.0, shade)
        _ellipse(easel, (x, -0.034), (0.0125, 0.036), 0.0, looks.skin)
    _ellipse(easel, (-0.058 * thumb, 0.0), (0.018, 0.046), 30.0 * thumb, shade)
    _ellipse(easel, (-0.06 * thumb, -0.004), (0.015, 0.042), 30.0 * thumb, looks.skin)
    return easel.finish()


def draw_tool(pixels_per_unit: float) -> Sprite:
    """Return the tool that stirs, cuts and rests: a spatula with a dark handle."""
    easel = make_easel(-0.05, -0.03, 0.05, TOOL_LENGTH + 0.03, pixels_per_unit)
    blade = [(-0.018, -0.01), (0.018, -0.01), (0.024, 0.085), (-0.024, 0.085)]
    _fill(easel, blade, (206.0, 210.0, 216.0))
    _fill(
        easel,
        [(-0.018, -0.01), (-0.008, -0.01), (-0.012, 0.085), (-0.024, 0.085)],
        (150.0, 154.0, 162.0),
    )
    handle = [(-0.011, 0.085), (0.011, 0.085), (0.014, TOOL_LENGTH), (-0.014, TOOL_LENGTH)]
    _fill(easel, handle, (40.0, 34.0, 34.0))
    return easel.finish()


def _fill(easel: Easel, corners: list[tuple[float, float]], colour: tuple[float, ...]) -> None:
    polygon = [easel.pixels(np.array(corners))]
    cv2.fillPoly(easel.alpha, polygon, 255)
    cv2.fillPoly(easel.colour, polygon, colour)


def _ellipse(
    easel: Easel,
    centre: tuple[float, float],
    radii: tuple[float, float],
    degrees: float,
    colour: tuple[float, ...],
) -> None:
    middle = easel.pixels(np.array([centre]))[0].tolist()
    axes = (easel.thickness(radii[0]), easel.thickness(radii[1]))
    cv2.ellipse(easel.alpha, middle, axes, degrees, 0, 360, 255, -1)
    cv2.ellipse(easel.colour, middle, axes, degrees, 0, 360, colour, -1)
