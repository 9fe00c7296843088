"""Smooth random fields and curves: textures, light, tremor and the motion of a head."""

import cv2
import numpy as np
from jaxtyping import Float, Float32


def smooth_field(
    rng: np.random.Generator, height: int, width: int, cells: tuple[int, int]
) -> Float32[np.ndarray, "{height} {width}"]:
    """Return a field in about [-1, 1] with ``cells`` bumps down and across."""
    coarse = rng.uniform(-1.0, 1.0, cells).astype(np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def smooth_curve(
    rng: np.random.Generator, num_frames: int, hertz: tuple[float, float], frames_per_second: int
) -> Float[np.ndarray, " {num_frames}"]:
    """Return a curve of unit root mean square: three sines within a band of frequencies."""
    seconds = np.arange(num_frames) / frames_per_second
    frequencies = rng.uniform(*hertz, size=3)
    phases = rng.uniform(0.0, 2.0 * np.pi, size=3)
    waves = np.sin(2.0 * np.pi * frequencies * seconds[:, None] + phases)  # (T, 3)
    return waves.sum(axis=1) * np.sqrt(2.0 / 3.0)
