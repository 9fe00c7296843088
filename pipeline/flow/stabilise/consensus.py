"""The one map that most of the picture's still things follow.

RANSAC throws out what is far off. What is left still holds hands and dishes that move by less than
its threshold, half a pixel a frame in a small picture, so the map is then fitted again and again,
each time to matches nearer to it: in the end it follows the largest group that agrees within the
matches' own noise. A mask of skin colour did not help (docs/flow.md).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float

from pipeline.flow.stabilise.features import Matches

RANSAC_PIXELS = 1.0
"""Wang and Schmid (ICCV 2013), code of improved trajectories."""
CUTS_PIXELS = (4.0, 2.0, 1.0, 0.5, 0.25, 0.125, 0.0625)
"""Of the rounds: matches farther than this from the map do not count, but see `_noise`."""
TUKEY = 4.685
"""A match counts up to so many times the noise; 95 % as precise as least squares where all the
noise is normal (Holland and Welsch, 1977)."""
QUARTER = 0.25
"""The share of matches that is taken to belong to the background, whatever else there is."""
MIN_NOISE_PIXELS = 0.03
"""A track is no more exact than that."""
MIDDLE_WEIGHT = 0.25
"""How much a match in the picture's middle, where hands and what they hold are, counts beside one
half a picture height away from it."""
RIDGE = 1e-9
"""Added to the least squares' diagonal, so that they have a solution where nothing counts."""


@dataclass(frozen=True)
class Consensus:
    """A map of positions (x, y, 1) and which of the matches follow it."""

    homography: Float[np.ndarray, "3 3"]
    is_inlier: Bool[np.ndarray, " M"]


def sample_consensus(matches: Matches) -> Consensus | None:
    """Return RANSAC's map, or None where it finds none.

    OpenCV starts its random numbers anew in every call, so equal matches have equal maps.
    """
    homography, is_inlier = cv2.findHomography(
        matches.before, matches.after, cv2.RANSAC, RANSAC_PIXELS
    )
    if homography is None:
        return None
    return Consensus(homography, is_inlier[:, 0] > 0)


def narrow_consensus(matches: Matches, rough: Consensus, size: tuple[int, int]) -> Consensus:
    """Fit the map to ever nearer matches; ``size`` is the picture's (H, W).

    Iteratively reweighted least squares of the matches' distances in the second frame, with
    Tukey's weights, from a wide cut to a narrow one.
    """
    to_unit = _unit_coordinates(size)
    from_unit = np.linalg.inv(to_unit)
    before, after = (_apply(to_unit, points) for points in (matches.before, matches.after))
    prior = _prior(before)
    homography = _normalise(to_unit @ rough.homography @ from_unit)
    for cut in CUTS_PIXELS:
        seen = _apply(homography, before)
        pixels = np.linalg.norm(after - seen, axis=1) / to_unit[0, 0]
        limit = max(cut, TUKEY * _noise(pixels, prior))
        weights = prior * np.maximum(1.0 - (pixels / limit) ** 2, 0.0) ** 2
        homography = homography + _fit_step(homography, before, seen, after - seen, weights)
    pixels = np.linalg.norm(after - _apply(homography, before), axis=1) / to_unit[0, 0]
    is_inlier = pixels < min(RANSAC_PIXELS, TUKEY * _noise(pixels, prior))
    return Consensus(_normalise(from_unit @ homography @ to_unit), is_inlier)


def _unit_coordinates(size: tuple[int, int]) -> Float[np.ndarray, "3 3"]:
    """Return the map to coordinates about the picture's middle, half its height the unit.

    In pixels the least squares would be ill-conditioned (Hartley, PAMI 1997).
    """
    height, width = size
    scale = 2.0 / height
    middle = scale * (width - 1) / 2.0, scale * (height - 1) / 2.0
    return np.array([[scale, 0.0, -middle[0]], [0.0, scale, -middle[1]], [0.0, 0.0, 1.0]])


def _normalise(homography: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "3 3"]:
    return homography / homography[2, 2]


def _apply(
    homography: Float[np.ndarray, "3 3"], points: Float[np.ndarray, "M 2"]
) -> Float[np.ndarray, "M 2"]:
    ends = points @ homography[:, :2].T + homography[:, 2]  # (M, 3)
    return ends[:, :2] / ends[:, 2:]


def _prior(points: Float[np.ndarray, "M 2"]) -> Float[np.ndarray, " M"]:
    """Return each match's weight by its place in unit coordinates."""
    return np.clip(np.square(points).sum(axis=1), MIDDLE_WEIGHT, 1.0)


def _noise(pixels: Float[np.ndarray, " M"], prior: Float[np.ndarray, " M"]) -> float:
    """Return the standard deviation, in each axis, of the background's matches.

    By the lower quartile of distances: for normal errors in two axes (Rayleigh's distribution) a
    quarter is below ``sqrt(-2 log(3/4))`` deviations. The median would be that of hands and dishes
    where these have half of the matches.
    """
    order = np.argsort(pixels)
    share = np.cumsum(prior[order])
    quartile = pixels[order[np.searchsorted(share, QUARTER * share[-1])]]
    return max(MIN_NOISE_PIXELS, float(quartile / np.sqrt(-2.0 * np.log(1.0 - QUARTER))))


def _fit_step(
    homography: Float[np.ndarray, "3 3"],
    before: Float[np.ndarray, "M 2"],
    seen: Float[np.ndarray, "M 2"],
    missing: Float[np.ndarray, "M 2"],
    weights: Float[np.ndarray, " M"],
) -> Float[np.ndarray, "3 3"]:
    """Return the change of the map by one step of Gauss and Newton on its eight free numbers.

    Args:
        homography: the map, in unit coordinates.
        before: the points in the first frame.
        seen: where the map puts them in the second.
        missing: from there to where they were found.
        weights: how much each counts.
    """
    depth = before @ homography[2, :2] + 1.0
    rows = np.column_stack([before, np.ones(len(before))]).T / depth  # (3, M)
    slopes = np.zeros((8, 2, len(before)))  # of x and y by the map's numbers
    slopes[0:3, 0] = slopes[3:6, 1] = rows
    slopes[6:8] = -rows[:2, None] * seen.T
    weighted = (slopes * weights).reshape(8, -1)
    step = np.linalg.solve(
        weighted @ slopes.reshape(8, -1).T + RIDGE * np.eye(8), weighted @ missing.T.ravel()
    )
    return np.append(step, 0.0).reshape(3, 3)
