"""Images to JPEG bytes and back; the two ways stand together so that they stay inverse.

Colour is stored 4:4:4: with halved chroma a 64-pixel-high frame loses the colour of small objects.
"""

import cv2
import numpy as np
from jaxtyping import UInt8


class JpegError(ValueError):
    """Bytes of a store are no whole JPEG picture."""


def encode_rgb(image: UInt8[np.ndarray, "H W 3"], quality: int) -> bytes:
    """Compress a colour picture, chroma at full resolution."""
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    return _encode(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)


def decode_rgb(encoded: bytes) -> UInt8[np.ndarray, "H W 3"]:
    """Read a colour picture back, red first."""
    return _decode(encoded, cv2.IMREAD_COLOR_RGB)


def encode_grey(image: UInt8[np.ndarray, "H W"], quality: int) -> bytes:
    """Compress a picture of one channel."""
    return _encode(image, [cv2.IMWRITE_JPEG_QUALITY, quality])


def decode_grey(encoded: bytes) -> UInt8[np.ndarray, "H W"]:
    """Read a picture of one channel back."""
    return _decode(encoded, cv2.IMREAD_GRAYSCALE)


def _encode(image: np.ndarray, options: list[int]) -> bytes:
    written, encoded = cv2.imencode(".jpg", image, options)
    if not written:
        raise JpegError(f"OpenCV could not compress an image of shape {image.shape}")
    return encoded.tobytes()


def _decode(encoded: bytes, mode: int) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(encoded, np.uint8), mode) if encoded else None
    if image is None:
        raise JpegError(
            f"{len(encoded)} bytes are no JPEG picture; remove the store they came from and run "
            "its stage again"
        )
    return image
