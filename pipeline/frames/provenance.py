"""What shaped the frames of a store: part of what they are remembered by, and kept beside them."""

import av
import cv2

from pipeline.frames.params import FramesConfig
from pipeline.frames.store_format import VERSION as LAYOUT

VERSION = 1
"""Raise it when equal videos and params give other frames than before."""


def frames_parameters(config: FramesConfig) -> dict[str, object]:
    """Return everything but the videos themselves that shapes the stored bytes."""
    return {
        "size": config.size,
        "quality": config.quality,
        "chroma": "4:4:4",
        "version": VERSION,
        "layout": LAYOUT,
        "av": av.__version__,
        "opencv": cv2.__version__,
    }
