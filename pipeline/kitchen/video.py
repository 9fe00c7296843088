"""Frames to an H.264 file, the same bytes for the same pixels."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from pipeline.atomic import atomic_write

CONSTANT_RATE_FACTOR = "22"
"""x264's quality: at 22 the loss is hardly seen."""


def write_video(frames: UInt8[np.ndarray, "T H W 3"], path: Path, frames_per_second: int) -> None:
    """Encode RGB frames as an mp4 with one H.264 stream."""
    import av

    with atomic_write(path) as part, av.open(str(part), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=frames_per_second)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": CONSTANT_RATE_FACTOR, "preset": "veryfast", "threads": "1"}
        stream.codec_context.time_base = Fraction(1, frames_per_second)
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))
