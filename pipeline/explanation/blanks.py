"""What stands where a pixel was taken away: images without the content that names an action."""

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import UInt8

from pipeline.explanation.params import Removal

BLUR_SHARE = 0.1
"""Standard deviation of the blur as a share of the image's shorter side."""


def blur(images: UInt8[np.ndarray, "T H W C"]) -> UInt8[np.ndarray, "T H W C"]:
    """Blur every image by a Gaussian: no edges of its own, and none where pixels are taken away."""
    sigma = BLUR_SHARE * min(images.shape[1:3])
    return np.stack([cv2.GaussianBlur(image, (0, 0), sigma) for image in images])


def mean(images: UInt8[np.ndarray, "T H W C"]) -> UInt8[np.ndarray, "T H W C"]:
    """Give every pixel the mean colour, or the mean motion, of all images."""
    levels = images.mean(axis=(0, 1, 2)).round().astype(np.uint8)
    return np.broadcast_to(levels, images.shape)


REMOVALS: dict[Removal, Callable[[np.ndarray], np.ndarray]] = {"blur": blur, "mean": mean}
"""Each takes the images of a window."""
