"""How the windows' outputs become one answer for their clip."""

import numpy as np
from jaxtyping import Float, Int

from pipeline.evaluation.params import ProtocolConfig


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


def protocol_record(config: ProtocolConfig) -> dict[str, object]:
    """Return the protocol as plain values, to be kept beside every number it made."""
    return config.model_dump(mode="json", exclude_none=True)
