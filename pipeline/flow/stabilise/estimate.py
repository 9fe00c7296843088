"""The head's motion between each frame and the next, as one map of the picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int32, UInt8

from pipeline.flow.stabilise.consensus import Consensus, narrow_consensus, sample_consensus
from pipeline.flow.stabilise.features import Matches, match_corners
from pipeline.flow.stabilise.plausible import (
    are_enough,
    corner_shift,
    is_plausible,
    is_supported,
)

STILL_PIXELS = 1 / 64
"""A map that moves no corner farther is no motion: OpenCV resamples in steps of 1/32 pixel."""


@dataclass(frozen=True)
class HeadMotion:
    """The camera's motion in each of N pairs of neighbouring frames.

    Args:
        homographies: of positions (x, y, 1) in pixels, from the first frame to the second; the
            identity where none was found, and where nothing moved.
        num_inliers: matches that follow the map; 0 where none was found.
        is_found: whether enough of the picture moves as one, in a way that a head can.
    """

    homographies: Float64[np.ndarray, "N 3 3"]
    num_inliers: Int32[np.ndarray, " N"]
    is_found: Bool[np.ndarray, " N"]


def estimate_motion(images: UInt8[np.ndarray, "F H W 3"]) -> HeadMotion:
    """Estimate the motion from each RGB frame to the next, each pair by itself."""
    cv2.setNumThreads(1)
    grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images]
    num_pairs = len(images) - 1
    homographies = np.tile(np.eye(3), (num_pairs, 1, 1))
    num_inliers = np.zeros(num_pairs, np.int32)
    is_found = np.zeros(num_pairs, np.bool_)
    for pair in range(num_pairs):
        found = _find_map(grey[pair], grey[pair + 1])
        if found is None:
            continue
        is_found[pair] = True
        num_inliers[pair] = np.count_nonzero(found.is_inlier)
        if corner_shift(found.homography, grey[pair].shape) > STILL_PIXELS:
            homographies[pair] = found.homography
    return HeadMotion(homographies, num_inliers, is_found)


def _find_map(
    before: UInt8[np.ndarray, "H W"], after: UInt8[np.ndarray, "H W"]
) -> Consensus | None:
    """Return the map of most of the picture, or None where there is none that can be trusted.

    The rough map stays where too few matches agree closely: in a fast turn through a wide lens no
    homography fits all of the background to a fraction of a pixel.
    """
    matches = match_corners(before, after)
    if not are_enough(matches):
        return None
    size = before.shape
    rough = sample_consensus(matches)
    if rough is None or not _is_trusted(matches, rough, size):
        return None
    narrow = narrow_consensus(matches, rough, size)
    return narrow if _is_trusted(matches, narrow, size) else rough


def _is_trusted(matches: Matches, consensus: Consensus, size: tuple[int, int]) -> bool:
    return is_supported(matches, consensus, size) and is_plausible(consensus.homography, size)
