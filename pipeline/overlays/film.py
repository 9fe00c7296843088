"""Pictures to an H.264 file that browsers play at once: the same bytes for the same pixels."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from pipeline.atomic import atomic_write

X264_OPTIONS: dict[str, object] = {
    "crf": "29",
    "preset": "veryfast",
    "threads": "1",
    "x264-params": "mbtree=0",
}
"""One thread and no macroblock tree, for equal bytes (see `pipeline.kitchen.video`)."""


def write_film(
    path: Path, pictures: Iterable[UInt8[np.ndarray, "H W 3"]], frames_per_second: Fraction
) -> None:
    """Encode RGB pictures of one size as an mp4, one at a time, atomically.

    The index stands in front, so that playing starts before all is read. Odd sides lose their last
    row or column: four pixels share a colour.
    """
    import av

    options = {"movflags": "+faststart"}
    with (
        atomic_write(path) as part,
        av.open(str(part), "w", format="mp4", options=options) as container,
    ):
        stream = container.add_stream("libx264", rate=frames_per_second)
        stream.pix_fmt = "yuv420p"
        stream.options = dict(X264_OPTIONS)
        stream.codec_context.time_base = 1 / frames_per_second
        for number, picture in enumerate(pictures):
            height, width = (side // 2 * 2 for side in picture.shape[:2])
            if number == 0:
                stream.height, stream.width = height, width
            even = np.ascontiguousarray(picture[:height, :width])
            frame = av.VideoFrame.from_ndarray(even, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
