"""Whether a map can be the motion of a head between two frames: criteria of what is *found*."""

import cv2
import numpy as np
from jaxtyping import Float, Float32

from pipeline.flow.stabilise.consensus import Consensus
from pipeline.flow.stabilise.features import Matches

MIN_MATCHES = 51
MIN_INLIERS = 26
"""Both as in the code of improved trajectories: more than 50 matches, of which more than 25 agree.
A picture of 16x16 has no room for so many."""
MIN_RETURNED = 0.4
"""Share of the corners that find their way back at least: in pictures of noise up to 0.35 do so by
chance, in 999 of 1,000 real pairs 0.47 and more."""
MIN_EXTENT = 0.25
"""Share of the picture that the agreeing matches span at least: from one corner of it, the motion
of the opposite one would be a guess."""
MAX_SHIFT = 0.5
"""How far a corner of the picture may move, in picture heights: the tracker follows no more."""
MAX_ZOOM = 1.5
"""How many times larger or smaller the picture may become, in area: no head moves so fast."""


def are_enough(matches: Matches) -> bool:
    """Return whether there are enough matches, of the corners tried, to look for a map."""
    return len(matches) >= max(MIN_MATCHES, MIN_RETURNED * matches.num_corners)


def is_supported(matches: Matches, consensus: Consensus, size: tuple[int, int]) -> bool:
    """Return whether enough matches agree, over enough of a picture of ``size`` (H, W)."""
    inliers = matches.before[consensus.is_inlier]
    if len(inliers) < MIN_INLIERS:
        return False
    return cv2.contourArea(cv2.convexHull(inliers)) >= MIN_EXTENT * size[0] * size[1]


def is_plausible(homography: Float[np.ndarray, "3 3"], size: tuple[int, int]) -> bool:
    """Return whether the picture's frame stays near its place, size and shape."""
    if corner_shift(homography, size) > MAX_SHIFT * size[0]:
        return False
    corners = _corners(size)
    seen = cv2.perspectiveTransform(corners[:, None], homography)
    zoom = cv2.contourArea(seen, oriented=True) / cv2.contourArea(corners, oriented=True)
    return 1.0 / MAX_ZOOM <= zoom <= MAX_ZOOM


def corner_shift(homography: Float[np.ndarray, "3 3"], size: tuple[int, int]) -> float:
    """Return how far, in pixels, the corner that moves most moves; infinite behind the camera."""
    corners = _corners(size)
    ends = np.column_stack([corners, np.ones(4)]) @ homography.T  # (4, 3)
    if ends[:, 2].min() <= 0.0:
        return float("inf")
    return float(np.linalg.norm(ends[:, :2] / ends[:, 2:] - corners, axis=1).max())


def _corners(size: tuple[int, int]) -> Float32[np.ndarray, "4 2"]:
    right, bottom = size[1] - 1.0, size[0] - 1.0
    return np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]], np.float32)
