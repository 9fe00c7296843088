"""How far the map's place is from the gaze, in degrees at the camera."""

import numpy as np
from jaxtyping import Float

from pipeline.gaze_metrics.gaze_maps import CENTRES
from pipeline.gaze_metrics.gaze_points import Picture

Maps = Float[np.ndarray, "F H W"]
Points = Float[np.ndarray, "F 2"]


def peaks(maps: Maps) -> Points:
    """Return x and y of each map's highest place, in shares of the map.

    Where several cells are highest it is their mean: the middle of a plateau, and of the whole of
    a constant map.
    """
    return _means((maps == maps.max(axis=(1, 2), keepdims=True)).astype(np.float64))


def masses(distributions: Maps) -> Points:
    """Return x and y of each map's centre of mass, in shares of the map."""
    return _means(distributions)


def angles(
    found: Points, gaze: Points, picture: Picture, field_of_view_degrees: float
) -> Float[np.ndarray, " F"]:
    """Return the angle between two places as the camera sees them.

    The camera is a pinhole with square pixels whose axis goes through the image's middle: pixel
    (u, v) lies in the direction (u - W/2, v - H/2, f), f = W / (2 tan(field of view / 2)).

    Args:
        found: in shares of the map.
        gaze: the same.
        picture: where the map lies in the image.
        field_of_view_degrees: what the whole image's width spans.
    """
    focal = picture.width / 2 / np.tan(np.radians(field_of_view_degrees) / 2)
    first, second = (_directions(points, picture, float(focal)) for points in (found, gaze))
    sines = np.linalg.norm(np.cross(first, second), axis=1)
    return np.degrees(np.arctan2(sines, (first * second).sum(axis=1)))


def _directions(points: Points, picture: Picture, focal: float) -> Float[np.ndarray, "F 3"]:
    crop = picture.crop
    pixels = points * (crop.width, crop.height) + (crop.left, crop.top)
    sideways = pixels - (picture.width / 2, picture.height / 2)
    return np.concatenate([sideways, np.full((len(points), 1), focal)], axis=1)


def _means(weights: Maps) -> Points:
    """Return the mean place of each map's weights."""
    total = weights.sum(axis=(1, 2))
    across = weights.sum(axis=1) @ CENTRES / total  # (F,)
    down = weights.sum(axis=2) @ CENTRES / total
    return np.stack([across, down], axis=1) / len(CENTRES)
