"""Windows' maps merged into frames' maps: the one rule by which a frame has a map."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from pipeline.evaluation.explain import ClipMaps


@dataclass(frozen=True)
class FrameMaps:
    """Maps of some frames of a clip, each of which may be that of many frames.

    Args:
        own_size: different maps at the size that they have.
        which: each frame's one of these.
        is_seen: frames that the network saw; the others have the map of another one.
    """

    own_size: Float[np.ndarray, "D h w"]
    which: Int[np.ndarray, " F"]
    is_seen: Bool[np.ndarray, " F"]


def merge_windows(seen: ClipMaps, frames: Int[np.ndarray, " F"]) -> FrameMaps:
    """Bring the maps of a clip's windows to some of its frames.

    Image t of a window's T images belongs to the window's map step floor(t T' / T), as training's
    targets have it. A frame's map is the mean over all places, in whatever window, where the
    network saw it. A frame that it did not see, between segments for instance, has the map of the
    nearest frame that it saw, of two equally near ones the earlier.
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
