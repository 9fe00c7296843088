"""The one grey convention: flow sees the stored frame, decoded, by OpenCV's luma.

``0.299 R + 0.587 G + 0.114 B`` (BT.601, rounded) of the JPEG-decoded RGB at the stored size, so
that flow belongs to the pixels which a network is shown, and can be made again from the store.
"""

import cv2
import numpy as np
from jaxtyping import UInt8

from pipeline.frames.encode import decode_rgb
from pipeline.frames.store import ImageReader


def read_pairs(frames: ImageReader, start: int, stop: int) -> UInt8[np.ndarray, "N 2 H W"]:
    """Return pairs ``start`` to ``stop`` (exclusive): frame k of the store and frame k + 1."""
    images = [decode_rgb(encoded) for encoded in frames.encoded_between(start, stop + 1)]
    grey = np.stack([cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images])  # (N + 1, H, W)
    return np.stack([grey[:-1], grey[1:]], axis=1)
