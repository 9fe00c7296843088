"""How the windows' outputs become one answer for their clip."""

import numpy as np
from jaxtyping import Float, Float32, Int
from scipy.special import log_softmax

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


def clip_score(
    logits: Float32[np.ndarray, "M V K"], weights: Float[np.ndarray, " M"], scores: str
) -> Float32[np.ndarray, " K"]:
    """Return a clip's score from its windows' in each view; views weigh the same.

    Args:
        logits: raw scores.
        weights: of the windows, summing to one.
        scores: what is averaged. ``logits``: these. ``probabilities``: their softmax, and the
            score is the logarithm of the mean.
    """
    num_windows, num_views, num_classes = logits.shape
    if scores == "logits":
        return (weights @ logits.mean(axis=1)).astype(np.float32)
    shares = np.log(np.repeat(weights / num_views, num_views))[:, None]  # (M V, 1)
    rows = logits.reshape(num_windows * num_views, num_classes).astype(np.float64)
    return np.logaddexp.reduce(log_softmax(rows, axis=1) + shares, axis=0).astype(np.float32)


def protocol_record(config: ProtocolConfig) -> dict[str, object]:
    """Return the protocol as plain values, to be kept beside every number it made."""
    return config.model_dump(mode="json", exclude_none=True)
