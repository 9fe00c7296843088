"""Bicubic sampling between pixels: how the scenes are drawn and how an energy warps an image."""

import numpy as np
from jaxtyping import Float, Float32


def sample_bicubic(
    image: Float32[np.ndarray, "h w"], points: Float[np.ndarray, "*size 2"], cubic_a: float
) -> Float32[np.ndarray, "*size"]:
    """Return an image's values at points (x, y), beyond its border those of the nearest pixel.

    Cubic convolution (Keys 1981) in float32, without rounding of the points: ``cv2.remap`` of
    OpenCV 4 rounds them to 1/32 pixel. On a pixel it gives that pixel exactly.
    """
    height, width = image.shape
    corner = np.floor(points).astype(np.int64)
    weights = keys_weights((points - corner).astype(np.float32), cubic_a)  # (*size, 2, 4)
    taps = corner[..., None] + np.arange(-1, 3)  # (*size, 2, 4)
    columns = np.clip(taps[..., 0, :], 0, width - 1)
    rows = np.clip(taps[..., 1, :], 0, height - 1)
    sampled = np.zeros(points.shape[:-1], np.float32)
    for row in range(4):
        line = sum(
            weights[..., 0, column] * image[rows[..., row], columns[..., column]]
            for column in range(4)
        )
        sampled += weights[..., 1, row] * line
    return sampled


def keys_weights(
    fraction: Float32[np.ndarray, "*size"], cubic_a: float
) -> Float32[np.ndarray, "*size 4"]:
    """Return the weights of the pixels at -1, 0, 1 and 2 around a point at ``fraction``."""
    distance = np.abs(fraction[..., None] - np.arange(-1, 3, dtype=np.float32))
    near = ((cubic_a + 2) * distance - (cubic_a + 3)) * distance**2 + 1
    far = cubic_a * (((distance - 5) * distance + 8) * distance - 4)
    return np.where(distance <= 1, near, far)


def pixel_grid(height: int, width: int) -> Float[np.ndarray, "{height} {width} 2"]:
    """Return each pixel's own place (x, y)."""
    y, x = np.mgrid[:height, :width].astype(float)
    return np.stack([x, y], axis=-1)
