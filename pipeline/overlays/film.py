"""Pictures to an H.264 file that browsers play at once: the same bytes for the same pixels."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

X264_OPTIONS = {
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
    from pipeline.mp4 import Encoding, open_mp4  # loads FFmpeg

    encoding = Encoding(
        rate=frames_per_second,
        tick=1 / frames_per_second,
        x264=X264_OPTIONS,
        file={"movflags": "+faststart"},
    )
    with open_mp4(path, encoding, None) as film:
        for number, picture in enumerate(pictures):
            height, width = (side // 2 * 2 for side in picture.shape[:2])
            film.add(np.ascontiguousarray(picture[:height, :width]), number)
