"""Frames to an H.264 file, the same bytes for the same pixels."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from pipeline.atomic import atomic_write

X264_OPTIONS: dict[str, object] = {
    "crf": "25",
    "preset": "veryfast",
    "threads": "1",
    "x264-params": "mbtree=0",
}
"""One thread, and no macroblock tree: with it, x264 gave the same small frames other bytes in one
run of some twenty (measured with PyAV 18.1)."""


def write_video(frames: UInt8[np.ndarray, "T H W 3"], path: Path, frames_per_second: int) -> None:
    """Encode RGB frames as an mp4 with one H.264 stream."""
    import av

    with atomic_write(path) as part, av.open(str(part), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=frames_per_second)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.options = X264_OPTIONS
        stream.codec_context.time_base = Fraction(1, frames_per_second)
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))
