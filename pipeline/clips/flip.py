"""Mirroring a clip left to right: pixels, flow's horizontal component, and gaze."""

import numpy as np
from jaxtyping import Float32, UInt8

STILL = 128
"""The level that flow stores for no motion (`pipeline.flow.quantize`)."""
NEGATED = np.minimum(2 * STILL - np.arange(256), 255).astype(np.uint8)
"""The level of the opposite motion, by level."""


def flip_rgb(images: UInt8[np.ndarray, "T H W 3"]) -> UInt8[np.ndarray, "T H W 3"]:
    """Mirror every image; the result is a view."""
    return images[:, :, ::-1]


def flip_flow(images: UInt8[np.ndarray, "T H W 2"]) -> UInt8[np.ndarray, "T H W 2"]:
    """Mirror every image and turn x round: leftward motion becomes rightward.

    Levels count from ``STILL``, so a level v becomes 2 * 128 - v: signs change and still pixels
    stay still (255 - v would give them the level of a small motion, and so mark every mirrored
    clip). The result differs from storing the negated flow by at most one level, 2 / 255 of the
    bound: 0.16 pixels at 20 (two levels for a value that lay exactly between two of them). Level
    0 would become 256 and is held at 255.

    Differs from the code of STAM and IGA, which mirror flow without changing its sign.
    """
    mirrored = images[:, :, ::-1]
    return np.stack([NEGATED[mirrored[..., 0]], mirrored[..., 1]], axis=-1)


def flip_gaze(points: Float32[np.ndarray, "T 2"]) -> Float32[np.ndarray, "T 2"]:
    """Mirror points in [0, 1]: x becomes 1 - x."""
    return np.stack([1 - points[:, 0], points[:, 1]], axis=1)
