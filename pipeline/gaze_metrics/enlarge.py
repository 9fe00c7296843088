"""The one interpolation: maps at whatever size they have to the 64 x 64 cells that are measured."""

import numpy as np
from jaxtyping import Float, Int

from pipeline.frame_maps.merge import FrameMaps

MAP_CELLS = 64
"""Rows and columns of every map that is measured."""


def enlarge_rows(
    of_frames: FrameMaps, rows: slice
) -> tuple[Float[np.ndarray, "d H W"], Int[np.ndarray, " f"]]:
    """Return the maps of a few of the frames, of 64 x 64 cells, and each frame's one."""
    needed, which = np.unique(of_frames.which[rows], return_inverse=True)
    return enlarge(of_frames.own_size[needed]), which


def enlarge(maps: Float[np.ndarray, "F h w"]) -> Float[np.ndarray, "F H W"]:
    """Bring maps to 64 x 64 cells by bilinear interpolation.

    A value belongs to its cell's centre (`pipeline.gaze.maps.CELL_CENTRE`); beyond the outermost
    centres a map goes on as it is there. A map of more than 64 cells is sampled, not averaged.
    Equal neighbours give exactly their value, so that ties stay ties.
    """
    return _interpolate(_interpolate(maps, axis=1), axis=2)


def _interpolate(maps: Float[np.ndarray, "F h w"], axis: int) -> Float[np.ndarray, "F p q"]:
    """Interpolate along one axis."""
    size = maps.shape[axis]
    places = np.clip((np.arange(MAP_CELLS) + 0.5) * size / MAP_CELLS - 0.5, 0, size - 1)
    low = np.floor(places).astype(np.int64)
    high = np.minimum(low + 1, size - 1)
    shares = (places - low).reshape([-1 if other == axis else 1 for other in range(3)])
    below = maps.take(low, axis=axis)
    return below + (maps.take(high, axis=axis) - below) * shares
