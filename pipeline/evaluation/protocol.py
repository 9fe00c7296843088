"""How a clip of any length becomes windows, and the windows' outputs one answer again."""

import numpy as np
from jaxtyping import Float, Int, UInt8

from pipeline.evaluation.params import ProtocolConfig


class ProtocolError(ValueError):
    """A clip that the test protocol cannot be applied to."""


def window_frames(num_frames: int, length: int, stride: int) -> Int[np.ndarray, "M L"]:
    """Frame indices of each window of a clip.

    The last window is moved back to end at the last frame; a clip shorter than a window is one
    window that repeats the last frame.

    num_frames=20, length=8, stride=4: 0-7, 4-11, 8-15, 12-19
    num_frames=10, length=8, stride=4: 0-7, 2-9
    num_frames=3, length=8, stride=4: 0 1 2 2 2 2 2 2
    """
    if num_frames < 1:
        raise ProtocolError(f"found a clip of {num_frames} frames, expected at least one")
    last_start = max(num_frames - length, 0)
    starts = np.append(np.arange(0, last_start, stride), last_start)
    return np.minimum(starts[:, None] + np.arange(length), num_frames - 1)


def window_weights(
    windows: Int[np.ndarray, "M L"], num_frames: int, average: str
) -> Float[np.ndarray, " M"]:
    """Weight of each window in its clip's score; they sum to one.

    ``frames``: a frame's score is the mean over the windows that cover it, the clip's the mean
    over frames, so that a window weighs the mean over frames of (covers it) / (how many do).
    Frames that no window covers (a stride above the length) count for nothing. ``windows``: equal
    weights.
    """
    if average == "windows":
        return np.full(len(windows), 1 / len(windows))
    cover = np.bincount(windows.ravel(), minlength=num_frames)  # (N,), repeats share their frame
    return (1 / cover[windows]).sum(axis=1) / (cover > 0).sum()


def centre_crop(images: UInt8[np.ndarray, "T H W C"], side: int) -> UInt8[np.ndarray, "T h w C"]:
    """Cut the square of ``side`` pixels out of the middle; odd remainders go right and down.

    Raises:
        ProtocolError: the images are smaller than the square.
    """
    top, left = crop_corner(images.shape[1], images.shape[2], side)
    return images[:, top : top + side, left : left + side]


def crop_corner(height: int, width: int, side: int) -> tuple[int, int]:
    """Top and left pixel of the centre crop."""
    if side > min(height, width):
        raise ProtocolError(
            f"the crop of {side} pixels does not fit stored images of {width} x {height}; "
            "lower the recipe's clip.crop or raise frames.size"
        )
    return (height - side) // 2, (width - side) // 2


def protocol_record(config: ProtocolConfig) -> dict[str, object]:
    """Return the protocol as plain values, to be kept beside every number it made."""
    return config.model_dump(mode="json")
