"""Flow in pixels to 8 bits and back, by the field's convention.

``round(255 (v + bound) / (2 bound))``, ties to even, clipped to 0..255: no motion is 128, for every
bound. dense_flow and denseflow store so; flowty, which cuts instead of rounding, stores 127.
"""

import numpy as np
from jaxtyping import Float32, UInt8

LEVELS = 255
MIDDLE = LEVELS / 2
STILL = 128
"""The level of no motion."""


def quantize(
    flow: Float32[np.ndarray, "T H W 2"], bound_pixels: float
) -> UInt8[np.ndarray, "T H W 2"]:
    """Store each component in 8 bits; what lies beyond the bound is clipped to it."""
    levels = flow * (MIDDLE / bound_pixels)
    levels += MIDDLE
    np.rint(levels, out=levels)
    np.clip(levels, 0, LEVELS, out=levels)
    return levels.astype(np.uint8)


def dequantize(
    levels: UInt8[np.ndarray, "T H W 2"], bound_pixels: float
) -> Float32[np.ndarray, "T H W 2"]:
    """Return pixels, within half a step (bound / 255) of the flow where it was not clipped.

    No motion, stored as 128, reads back as that half step.
    """
    return ((levels.astype(np.float32) - MIDDLE) * (bound_pixels / MIDDLE)).astype(np.float32)


def count_clipped(flow: Float32[np.ndarray, "T H W 2"], bound_pixels: float) -> int:
    """Return how many vectors have a component beyond the bound."""
    beyond = np.abs(flow) > bound_pixels
    return int(np.count_nonzero(beyond[..., 0] | beyond[..., 1]))
