"""The wearer's head: how the camera moves over the counter."""

import cv2
import numpy as np
from jaxtyping import Float

from pipeline.kitchen.naming import FRAMES_PER_SECOND
from pipeline.kitchen.noise import smooth_curve

SWAY_HERTZ = (0.15, 0.9)
SWAY = 0.018
"""Root mean square of the translation, in image heights."""
JITTER = 0.0012
"""Standard deviation of a frame's own shift, in image heights."""
ROLL_DEGREES = 1.6
ZOOM = 0.012


def head_motion(
    rng: np.random.Generator, num_frames: int, height: int, width: int
) -> Float[np.ndarray, "{num_frames} 2 3"]:
    """Return for each frame the map from the counter to pixels.

    The counter's unit is the image height, its origin the image's top-left corner when the head
    is at rest.
    """
    shift = np.stack([_sway(rng, num_frames) for _ in range(2)], axis=1) * SWAY  # (T, 2)
    shift += rng.normal(0.0, JITTER, (num_frames, 2))
    roll = _sway(rng, num_frames) * ROLL_DEGREES
    zoom = 1.0 + _sway(rng, num_frames) * ZOOM
    centre = (width / 2.0, height / 2.0)
    matrices = np.empty((num_frames, 2, 3))
    for frame in range(num_frames):
        turn = cv2.getRotationMatrix2D(centre, roll[frame], zoom[frame])
        turn[:, 2] += turn[:, :2] @ shift[frame] * height
        turn[:, :2] *= height
        matrices[frame] = turn
    return matrices


def project(
    matrices: Float[np.ndarray, "T 2 3"], points: Float[np.ndarray, "T 2"]
) -> Float[np.ndarray, "T 2"]:
    """Map each frame's point by that frame's matrix."""
    return np.einsum("tij,tj->ti", matrices[:, :, :2], points) + matrices[:, :, 2]


def _sway(rng: np.random.Generator, num_frames: int) -> np.ndarray:
    return smooth_curve(rng, num_frames, SWAY_HERTZ, FRAMES_PER_SECOND)
