"""How training varies a clip: one random view of all its images."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from pipeline.clips.crop import crop_at, draw_crop
from pipeline.clips.view import View

FLIP_PROBABILITY = 0.5

CORNERS_AND_CENTRE = ((0, 0), (0, 4), (4, 0), (4, 4), (2, 2))
"""Places in quarters of the room, from the top and from the left."""
THIRTEEN = (
    *CORNERS_AND_CENTRE,
    *((2, 0), (2, 4), (0, 2), (4, 2)),  # middles of the borders
    *((1, 1), (1, 3), (3, 1), (3, 3)),  # between centre and corners
)
OFFSETS: dict[Literal[5, 13], tuple[tuple[int, int], ...]] = {5: CORNERS_AND_CENTRE, 13: THIRTEEN}


def draw_square(
    height: int, width: int, generator: np.random.Generator, *, side: int, flip: bool
) -> View:
    """Return a square at a random place, not resized (STAM, IGA)."""
    crop = draw_crop(height, width, side, generator)
    return View(crop, None, is_mirrored=_is_mirrored(flip, generator))


def draw_corner(
    height: int,
    width: int,
    generator: np.random.Generator,
    *,
    side: int,
    scales: Sequence[float],
    max_distort: int,
    offsets: Literal[5, 13],
    flip: bool,
) -> View:
    """Return one of some rectangles at one of some places, to be resized to a square.

    Rows and columns are scales of the images' short side, and every pair of scales that stand at
    most ``max_distort`` apart in the list is equally likely (TSN, TSM: 1; LSTA, ego-rnn: 0, which
    gives squares). So is every place: the four corners and the centre, or with the middles of the
    borders and four places between.

    Differs from the authors' code: the far corners end at the image's border, which TSN's and
    TSM's may miss by three pixels and LSTA's by one.
    """
    sizes = [max(int(min(height, width) * scale), 1) for scale in scales]
    pairs = [
        (rows, columns)
        for i, rows in enumerate(sizes)
        for j, columns in enumerate(sizes)
        if abs(i - j) <= max_distort
    ]
    size = pairs[int(generator.integers(len(pairs)))]
    quarters = OFFSETS[offsets][int(generator.integers(offsets))]
    crop = crop_at(height, width, size, quarters)
    return View(crop, side, is_mirrored=_is_mirrored(flip, generator))


def _is_mirrored(flip: bool, generator: np.random.Generator) -> bool:
    return flip and bool(generator.random() < FLIP_PROBABILITY)
