"""F1, precision and recall of the cells above a threshold that the validation part chooses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8

from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.gaze_maps import Labels

TOP_LEVEL = 100
"""Thresholds are whole hundredths of a map's range, 0 to 1."""
NUM_LEVELS = TOP_LEVEL + 1

Levels = UInt8[np.ndarray, "D H W"]
Which = Int[np.ndarray, " F"]


@dataclass(frozen=True)
class Threshold:
    """A threshold, where it is from, and how good it was there.

    Args:
        level: in hundredths of a map's range.
        clips: validation clips that chose it.
        f1: their mean F1 at it.
    """

    level: int
    clips: int
    f1: float


def to_levels(maps: Float[np.ndarray, "D H W"]) -> Levels:
    """Return floor(100 (M - min) / (max - min)) of each map; a constant map is all 0."""
    low = maps.min(axis=(1, 2), keepdims=True)
    span = maps.max(axis=(1, 2), keepdims=True) - low
    scaled = (maps - low) / np.where(span > 0, span, 1.0)
    return np.floor(TOP_LEVEL * scaled).astype(np.uint8)


def f1_curves(levels: Levels, which: Which, labels: Labels) -> Float[np.ndarray, "F K"]:
    """Return F1 of the cells at and above each of the 101 levels, frame by frame.

    Args:
        levels: of some maps.
        which: each frame's map.
        labels: each frame's cells that count as looked at.
    """
    maps = np.arange(len(levels))[:, None, None] * NUM_LEVELS
    num_named = _from_above((maps + levels).ravel(), len(levels))[which]
    own = _at_labels(levels, which, labels)
    num_right = _from_above(labels.frames * NUM_LEVELS + own, len(which))
    return 2 * num_right / (num_named + labels.counts[:, None])


def detect(
    levels: Levels, which: Which, labels: Labels, level: int
) -> dict[str, Float[np.ndarray, " F"]]:
    """Return F1, precision and recall of each frame's cells at and above a level.

    F1 is 2 TP / (named + true). Precision is 0 where no cell is named.
    """
    num_named = np.count_nonzero(levels >= level, axis=(1, 2))[which]
    is_right = _at_labels(levels, which, labels) >= level
    num_right = np.bincount(labels.frames[is_right], minlength=len(which))
    return {
        "f1": 2 * num_right / (num_named + labels.counts),
        "precision": num_right / np.maximum(num_named, 1),
        "recall": num_right / labels.counts,
    }


def choose_threshold(curves: Sequence[Float[np.ndarray, " K"]]) -> Threshold:
    """Return the level of the highest mean F1, the lowest of equals.

    Args:
        curves: of each validation clip, one at least, the mean over its frames of `f1_curves`.
    """
    means = np.mean(curves, axis=0)
    level = int(means.argmax())
    return Threshold(level, len(curves), float(means[level]))


def _at_labels(levels: Levels, which: Which, labels: Labels) -> UInt8[np.ndarray, " L"]:
    flat = levels.reshape(-1, MAP_CELLS**2)
    return flat[which[labels.frames], labels.cells]


def _from_above(places: np.ndarray, count: int) -> np.ndarray:
    """Count cells at and above each level, from places ``row * 101 + level``: (count, 101)."""
    counts = np.bincount(places, minlength=count * NUM_LEVELS).reshape(count, NUM_LEVELS)
    return counts[:, ::-1].cumsum(axis=1)[:, ::-1]
