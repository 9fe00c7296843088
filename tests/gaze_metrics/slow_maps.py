"""Windows' maps brought to frames by loops, from the definitions in docs/gaze_metrics.md."""

import numpy as np

from pipeline.evaluation.explain import ClipMaps


def slow_frame_map(seen: ClipMaps, frame: int) -> np.ndarray:
    """Return the map of one frame at its own size."""
    places = [
        (abs(int(image) - frame), int(image), window, place)
        for window, images in enumerate(seen.frames)
        for place, image in enumerate(images)
    ]
    distance, nearest = min(places)[:2]
    num_steps, num_images = seen.maps.shape[1], seen.frames.shape[1]
    found = [
        seen.maps[window, int(place * num_steps / num_images)].astype(np.float64)
        for away, image, window, place in places
        if (away, image) == (distance, nearest)
    ]
    return sum(found) / len(found)


def slow_value(one: np.ndarray, row: int, column: int, cells: int) -> float:
    """Return one cell of a map that is brought to ``cells`` x ``cells``: bilinear, clamped."""
    total = 0.0
    for (i, j), value in np.ndenumerate(one):
        weight = 1.0
        for place, index, size in ((row, i, one.shape[0]), (column, j, one.shape[1])):
            at = min(max((place + 0.5) * size / cells, 0.5), size - 0.5)
            weight *= max(0.0, 1.0 - abs(at - (index + 0.5)))
        total += weight * value
    return total
