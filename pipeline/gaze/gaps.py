"""Bridging short gaps between points, which is off unless asked for."""

import numpy as np
from jaxtyping import Bool, Float


def bridge_gaps(
    points: Float[np.ndarray, "F 2"],
    valid: Bool[np.ndarray, " F"],
    measured: Bool[np.ndarray, " F"],
    max_frames: int,
) -> Bool[np.ndarray, " F"]:
    """Write straight lines into the gaps of at most ``max_frames`` frames; return which frames.

    Gaps at either end stay open, and so does one with a frame that is ``measured`` but not valid:
    there the eye was seen elsewhere, off the image.
    """
    filled = np.zeros_like(valid)
    known = np.flatnonzero(valid)
    if max_frames == 0 or len(known) < 2:
        return filled
    elsewhere = np.cumsum(measured & ~valid)
    length = np.diff(known) - 1
    is_open = elsewhere[known[1:]] > elsewhere[known[:-1]]
    chosen = (length > 0) & (length <= max_frames) & ~is_open
    for before, after in zip(known[:-1][chosen], known[1:][chosen], strict=True):
        filled[before + 1 : after] = True
    for axis in range(2):
        points[filled, axis] = np.interp(np.flatnonzero(filled), known, points[known, axis])
    return filled
