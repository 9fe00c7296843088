"""The bilinear resizing of images down the pyramid, and of flow up it.

A place of the resized image lies in the source at ``(x + ½) step - ½``, or at ``x step`` where the
first pixels lie on each other; beyond the last pixel counts as on it.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float32, Int64

from pipeline.flow.numba_tvl1.layout import driver, kernel


@driver
@no_type_check
def places(
    num_places: int, num_pixels: int, step: float, is_centre_aligned: bool
) -> tuple[Int64[np.ndarray, " places"], Float32[np.ndarray, " places"]]:
    """Return for each place the pixel at or before it, and how far beyond that it is, below 1."""
    pixels = np.empty(num_places, np.int64)
    fractions = np.empty(num_places, np.float32)
    for place in range(num_places):
        source = (place + 0.5) * step - 0.5 if is_centre_aligned else place * step
        source = min(max(source, 0.0), num_pixels - 1.0)
        pixels[place] = int(source)
        fractions[place] = source - pixels[place]
    return pixels, fractions


@kernel
@no_type_check
def blend_rows(
    upper: Float32[np.ndarray, " width"],
    lower: Float32[np.ndarray, " width"],
    fraction: np.float32,
    out: Float32[np.ndarray, " width"],
) -> None:
    for x in range(len(out)):
        out[x] = upper[x] + fraction * (lower[x] - upper[x])


@driver
@no_type_check
def resize(
    image: Float32[np.ndarray, "h w"],
    steps: tuple[float, float],
    is_centre_aligned: bool,
    out: Float32[np.ndarray, "height width"],
) -> None:
    """Set ``out`` to bilinear samples of an image, ``steps`` (y, x) pixels apart."""
    last_row, last_column = image.shape[0] - 1, image.shape[1] - 1
    rows, row_fractions = places(out.shape[0], image.shape[0], steps[0], is_centre_aligned)
    columns, fractions = places(out.shape[1], image.shape[1], steps[1], is_centre_aligned)
    blend = np.empty(image.shape[1], np.float32)
    for y in range(out.shape[0]):
        upper, lower = image[rows[y]], image[min(rows[y] + 1, last_row)]
        blend_rows(upper, lower, row_fractions[y], blend)
        for x in range(out.shape[1]):
            left, right = blend[columns[x]], blend[min(columns[x] + 1, last_column)]
            out[y, x] = left + fractions[x] * (right - left)
