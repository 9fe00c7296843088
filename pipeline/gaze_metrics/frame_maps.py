"""The one interpolation: maps of windows to maps of frames, and these to 64 x 64 cells."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from pipeline.evaluation.explain import ClipMaps

MAP_CELLS = 64
"""Rows and columns of every map that is measured."""


@dataclass(frozen=True)
class FrameMaps:
    """Maps of some frames of a clip, each of which may be that of many frames.

    Args:
        own_size: different maps at the size that they have; `at` brings them to 64 x 64.
        which: each frame's one of these.
        is_seen: frames that the network saw; the others have the map of another one.
    """

    own_size: Float[np.ndarray, "D h w"]
    which: Int[np.ndarray, " F"]
    is_seen: Bool[np.ndarray, " F"]

    def at(self, rows: slice) -> tuple[Float[np.ndarray, "d H W"], Int[np.ndarray, " f"]]:
        """Return the maps of a few of the frames, of 64 x 64 cells, and each frame's one."""
        needed, which = np.unique(self.which[rows], return_inverse=True)
        return enlarge(self.own_size[needed]), which


def maps_of_frames(seen: ClipMaps, frames: Int[np.ndarray, " F"]) -> FrameMaps:
    """Bring the maps of a clip's windows to some of its frames, in time.

    Image t of a window's T images belongs to the window's map step floor(t T' / T), as training's
    targets have it. A frame's map is the mean over all places, in whatever window, where the
    network saw it. A frame that it did not see has the map of the nearest frame that it saw, of
    two equally near ones the earlier.
    """
    num_steps, height, width = seen.maps.shape[1:]
    num_images = seen.frames.shape[1]
    steps = np.arange(num_images) * num_steps // num_images  # (T,)
    values = seen.maps[:, steps].reshape(-1, height * width)  # (M T, h w)
    order = np.argsort(seen.frames.ravel(), kind="stable")
    numbers, first = np.unique(seen.frames.ravel()[order], return_index=True)  # (U,)
    sums = np.add.reduceat(values[order].astype(np.float64), first, axis=0)  # (U, h w)
    means = sums / np.diff(first, append=len(order))[:, None]
    is_new = (np.diff(means, axis=0, prepend=np.inf) != 0).any(axis=1)  # as the one before it?
    nearest = np.abs(frames[:, None] - numbers).argmin(axis=1)  # (F,)
    return FrameMaps(
        own_size=means[is_new].reshape(-1, height, width),
        which=(np.cumsum(is_new) - 1)[nearest],
        is_seen=numbers[nearest] == frames,
    )


def same_for_all(one: Float[np.ndarray, "H W"], frames: Int[np.ndarray, " F"]) -> FrameMaps:
    """Return one map as that of every frame."""
    return FrameMaps(one[None], np.zeros(len(frames), np.int64), np.ones(len(frames), bool))


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
