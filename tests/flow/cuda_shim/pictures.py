"""Pairs of smooth texture for the CUDA tests, made with numpy alone: a lent GPU has little else."""

import numpy as np

NUM_WAVES = 40
SHORTEST, LONGEST = 8.0, 40.0  # wavelengths in pixels


def draw_pairs(seed: int, num_pairs: int, height: int, width: int) -> np.ndarray:
    """Make pairs (N, 2, H, W) uint8, each moved by up to a pixel; the first of them is still.

    So little that no backend's rounding grows: of far motion out of small images, the flow of
    numba and torch differ by 0.01 px in the mean, too.
    """
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    pairs = np.empty((num_pairs, 2, height, width), np.uint8)
    for number, (before, after) in enumerate(pairs):
        angle, phase = rng.uniform(0, 2 * np.pi, (2, NUM_WAVES))
        frequency = 2 * np.pi / rng.uniform(SHORTEST, LONGEST, NUM_WAVES)
        x, y = rng.uniform(-1, 1, 2) * (number > 0)
        for image, right, down in ((before, 0, 0), (after, x, y)):
            across = (columns - right)[..., None] * np.cos(angle)  # (H, W, waves)
            along = (rows - down)[..., None] * np.sin(angle)
            waves = np.cos((across + along) * frequency + phase).sum(-1)
            image[:] = np.rint(np.clip(128 + 12 * waves, 0, 255))
    return pairs
