"""The one grey convention: flow sees the stored frame, decoded, by OpenCV's luma.

``0.299 R + 0.587 G + 0.114 B`` (BT.601, rounded) of the JPEG-decoded RGB at the stored size, so
that flow belongs to the pixels which a network is shown, and can be made again from the store.
"""

import cv2
import numpy as np
from jaxtyping import UInt8


def grey_pairs(images: UInt8[np.ndarray, "M H W 3"]) -> UInt8[np.ndarray, "N 2 H W"]:
    """Return each image but the last, in grey, with the next."""
    num_pairs, height, width = len(images) - 1, *images.shape[1:3]
    pairs = np.empty((num_pairs, 2, height, width), np.uint8)
    for number, image in enumerate(images):
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if number < num_pairs:
            pairs[number, 0] = grey
        if number:
            pairs[number - 1, 1] = grey
    return pairs
