"""The Middlebury colour wheel: a vector's direction as hue, its length as saturation.

Baker et al., A Database and Evaluation Methodology for Optical Flow (IJCV 2011), figure 1, after
the code published with it. Its 55 hues change in steps of equal look: right is red, down yellow,
left cyan, up violet. No motion is white; what is longer than the scale is darkened instead.
"""

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from pipeline.flow.quantize import LEVELS, MIDDLE, STILL

RED, YELLOW, GREEN, CYAN, BLUE, MAGENTA = (
    *((1.0, 0.0, 0.0), (1.0, 1.0, 0.0), (0.0, 1.0, 0.0)),
    *((0.0, 1.0, 1.0), (0.0, 0.0, 1.0), (1.0, 0.0, 1.0)),
)
ARCS = (
    (RED, YELLOW, 15),
    (YELLOW, GREEN, 6),
    (GREEN, CYAN, 4),
    (CYAN, BLUE, 11),
    (BLUE, MAGENTA, 13),
    (MAGENTA, RED, 6),
)
"""From hue to hue in so many steps, which leave out the end."""
BEYOND = 0.75
"""Brightness of what is longer than the scale."""


def make_hues() -> Float64[np.ndarray, "55 3"]:
    """Return the wheel's colours in 0..1, clockwise as seen on a screen, from the right on."""
    arcs = [np.linspace(begin, end, num_steps, endpoint=False) for begin, end, num_steps in ARCS]
    return np.concatenate(arcs)


def colour(flow: Float32[np.ndarray, "H W 2"], scale: float) -> UInt8[np.ndarray, "H W 3"]:
    """Return the RGB colours of vectors; those of length ``scale`` have the full hue."""
    hues = make_hues()
    x, y = flow[..., 0].astype(np.float64), flow[..., 1].astype(np.float64)
    length = np.hypot(x, y) / scale
    turn = np.arctan2(y, x) / (2 * np.pi) % 1  # of the wheel, 0 is to the right
    position = turn * (len(hues) - 1)  # as published, though the wheel is closed
    below = position.astype(np.int64)
    part = (position - below)[..., None]
    hue = hues[below] * (1 - part) + hues[below + 1] * part  # (H, W, 3)
    within = 1 - length[..., None] * (1 - hue)
    shown = np.where(length[..., None] <= 1, within, hue * BEYOND)
    return np.rint(shown * 255).astype(np.uint8)


def colours_of_levels(bound_pixels: float, scale: float) -> UInt8[np.ndarray, "256 256 3"]:
    """Return the colour of every pair of stored levels, at ``[level of y, level of x]``.

    Levels count from that of no motion, so that what stands still is white.
    """
    pixels = (np.arange(LEVELS + 1, dtype=np.float32) - STILL) * np.float32(bound_pixels / MIDDLE)
    return colour(np.stack(np.meshgrid(pixels, pixels), axis=-1), scale)
