"""One clip: every kind of map that is measured on it, a bounded number of frames at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pipeline.frame_maps.merge import FrameMaps
from pipeline.gaze_metrics.detection import f1_curves, to_levels
from pipeline.gaze_metrics.enlarge import enlarge_rows
from pipeline.gaze_metrics.gaze_maps import is_near, list_labels
from pipeline.gaze_metrics.gaze_points import ClipGaze
from pipeline.gaze_metrics.glc import GlcSums, add_sums, glc_sums, is_glc_label
from pipeline.gaze_metrics.measure import PerFrame, Rules, looks_of, measure, truth_of
from pipeline.gaze_metrics.params import GazeMetricsConfig

FRAMES_AT_ONCE = 32
"""Few enough that a batch of maps stays in a core's cache, and that a clip may have any length."""


@dataclass(frozen=True)
class Measured:
    """One kind of map over the frames of one clip.

    Args:
        frames: with gaze within the map, over which the means are.
        borrowed: of these, the ones that the network did not see, which have another's map.
        means: of each metric that could be taken; empty without a frame.
        glc: sums of `glc_compat`.
    """

    frames: int
    borrowed: int
    means: Mapping[str, float]
    glc: GlcSums


def measure_clip(
    kinds: Mapping[str, FrameMaps],
    gaze: ClipGaze,
    rules: Rules,
    levels: Mapping[str, int],
    config: GazeMetricsConfig,
) -> dict[str, Measured]:
    """Measure every kind of map on a clip.

    Args:
        kinds: maps of the frames of `gaze`.
        gaze: of the clip.
        rules: what metrics need.
        levels: the threshold of each kind that has one, in hundredths.
        config: constants of the definitions.
    """
    found: dict[str, list[PerFrame]] = {kind: [] for kind in kinds}
    glc: dict[str, list[GlcSums]] = {kind: [] for kind in kinds}
    for rows in _slices(len(gaze.frames)):
        inside, fixations = gaze.is_inside[rows], gaze.is_fixation[rows]
        truth = truth_of(gaze.points[rows][inside], config)
        labels = list_labels(is_glc_label(gaze.points[rows][fixations]))
        for kind, of_frames in kinds.items():
            maps, which = enlarge_rows(of_frames, rows)
            looks, level = looks_of(maps), levels.get(kind)
            glc[kind].append(glc_sums(looks.distributions, which[fixations], labels))
            if inside.any():
                found[kind].append(measure(looks, which[inside], truth, rules, level))
    return {
        kind: Measured(
            frames=int(gaze.is_inside.sum()),
            borrowed=int((gaze.is_inside & ~kinds[kind].is_seen).sum()),
            means=_means(found[kind]),
            glc=add_sums(glc[kind]),
        )
        for kind in kinds
    }


def f1_curve(
    of_frames: FrameMaps, gaze: ClipGaze, radius_cells: float
) -> Float[np.ndarray, " K"] | None:
    """Return a clip's mean F1 at each threshold; None where no gaze is within the map."""
    curves = []
    for rows in _slices(len(gaze.frames)):
        inside = gaze.is_inside[rows]
        if inside.any():
            maps, which = enlarge_rows(of_frames, rows)
            labels = list_labels(is_near(gaze.points[rows][inside], radius_cells))
            curves.append(f1_curves(to_levels(maps), which[inside], labels))
    return np.concatenate(curves).mean(axis=0) if curves else None


def _slices(num_frames: int) -> Iterator[slice]:
    for start in range(0, num_frames, FRAMES_AT_ONCE):
        yield slice(start, start + FRAMES_AT_ONCE)


def _means(parts: Sequence[Mapping[str, np.ndarray]]) -> dict[str, float]:
    """Mean over the frames of all parts; empty where there is none."""
    names = parts[0] if parts else {}
    return {name: float(np.concatenate([part[name] for part in parts]).mean()) for name in names}
