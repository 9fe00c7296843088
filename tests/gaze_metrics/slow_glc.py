"""GLC's protocol by loops over frames and thresholds, from the description in its paper and code.

The label is OpenCV's own Gaussian of 19 taps, laid on the map around the rounded gaze.
"""

import cv2
import numpy as np

TAPS, CELLS = 19, 64
THRESHOLDS = [0.002 * step for step in range(11)]


def slow_label(point: np.ndarray) -> np.ndarray:
    """Return the binary label of one fixation."""
    taps = cv2.getGaussianKernel(TAPS, -1)[:, 0]
    column, row = (round(float(share) * CELLS) for share in point)
    sides = [
        (max(middle - TAPS // 2, 0), min(middle + TAPS // 2, CELLS - 1)) for middle in (row, column)
    ]
    heat = np.zeros((CELLS, CELLS))
    if all(first < last for first, last in sides):
        for i in range(sides[0][0], sides[0][1] + 1):
            for j in range(sides[1][0], sides[1][1] + 1):
                heat[i, j] = taps[i - row + TAPS // 2] * taps[j - column + TAPS // 2]
        heat /= heat.sum()
    return heat > 0.001


def slow_scores(frames: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float, float, float]:
    """Return the best F1 over thresholds of a batch's (distribution, point), R, P, threshold."""
    best = (-1.0, 0.0, 0.0, 0.0)
    for threshold in THRESHOLDS:
        recalls, precisions = [], []
        for one, point in frames:
            scaled = (one - one.min()) / (one.max() - one.min() + 1e-6)
            label, named = slow_label(point), scaled > threshold
            right = (label & named).sum()
            recalls.append(right / (label.sum() + 1e-6))
            precisions.append(right / (named.sum() + 1e-6))
        recall, precision = np.mean(recalls), np.mean(precisions)
        f1 = 2 * recall * precision / (recall + precision + 1e-6)
        if f1 > best[0]:
            best = (f1, recall, precision, threshold)
    return best
