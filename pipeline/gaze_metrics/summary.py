"""``reports/gaze_metrics_<stream>.json``: means over clips, intervals, differences to baselines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from pipeline.clips.row import ClipRow
from pipeline.gaze_metrics.baselines import CENTRE, INTER_WINDOW, TRAINING_GAZE, UNIFORM
from pipeline.gaze_metrics.clip import Measured
from pipeline.gaze_metrics.detection import TOP_LEVEL, Threshold
from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.glc import glc_scores
from pipeline.gaze_metrics.measure import BETTER
from pipeline.gaze_metrics.params import GazeMetricsConfig
from pipeline.gaze_metrics.stream import StreamResults
from pipeline.statistics.bootstrap import NUM_RESAMPLES, draw_clusters, percentile_interval
from pipeline.statistics.tally import tally

NO_MAPS = "there are no maps of this stream"
NO_GAZE = "no frame of the test clips has valid gaze within the map"
WHY_ABSENT = {
    "auc_shuffled": "no other test clip has gaze",
    "angle_peak": "gaze_metrics.field_of_view_degrees is not known",
    "angle_mass": "gaze_metrics.field_of_view_degrees is not known",
    "f1": "no validation clip with gaze has such maps, to choose a threshold on",
    "precision": "as f1",
    "recall": "as f1",
}
"""Why a metric may be missing."""

Record = dict[str, object]
Clips = Sequence[tuple[ClipRow, Mapping[str, Measured]]]
Values = Float[np.ndarray, " N"]


@dataclass(frozen=True)
class _Sessions:
    """Sessions of some clips, and how often each is in each resample."""

    clusters: Int[np.ndarray, " N"]
    draws: Float[np.ndarray, "B S"]

    def average(self, values: Values) -> Record | None:
        """Return the mean over the clips that have a number, and its interval."""
        known = np.isfinite(values)
        if not known.any():
            return None
        own = self.clusters[known]
        tallied = tally(values[known], own, self.draws.shape[1], np.zeros_like(own), 1)
        interval = percentile_interval(tallied.weighted(self.draws), tallied.num_clusters)
        return {"mean": tallied.accuracy(), "interval": list(interval) if interval else None}


def summarise(stream: str, results: StreamResults | None, config: GazeMetricsConfig) -> Record:
    """Return what stands in the file; ``reason`` says why there are no numbers.

    Args:
        stream: rgb or flow.
        results: None where the stream has no maps.
        config: constants of the definitions.
    """
    definitions = {"map_cells": MAP_CELLS, **config.model_dump(mode="json"), "better": BETTER}
    head: Record = {"stream": stream, "reason": None, "definitions": definitions}
    if results is None:
        return {**head, "reason": NO_MAPS, "gaze": None, "kinds": {}}
    head["gaze"] = _describe_gaze(results)
    gazed = [row for row in results.measured if any(own.frames for own in row[1].values())]
    if not gazed:
        return {**head, "reason": NO_GAZE, "kinds": {}}
    kinds = dict.fromkeys(kind for _, own in gazed for kind in own)
    ordered = sorted(kinds, key=lambda kind: kind in (UNIFORM, CENTRE, TRAINING_GAZE))
    of_kinds = {
        kind: {
            **_describe_kind(kind, gazed, results.thresholds, config),
            "glc_compat": _glc_compat(kind, results.measured, config),
        }
        for kind in ordered
    }
    return {**head, "kinds": of_kinds}


def _describe_gaze(results: StreamResults) -> Record:
    """Return how many frames count, and why the others do not."""
    with_gaze = [any(own.frames for own in kinds.values()) for _, kinds in results.measured]
    return {
        "clips": len(with_gaze),
        "clips_with_gaze": sum(with_gaze),
        "frames": results.frames,
        "frames_counted": results.frames - sum(results.skipped.values()),
        "frames_skipped": dict(results.skipped),
    }


def _describe_kind(
    kind: str, clips: Clips, thresholds: Mapping[str, Threshold], config: GazeMetricsConfig
) -> Record:
    """Return one kind's numbers, over the clips that have it."""
    own = [(clip, kinds) for clip, kinds in clips if kind in kinds]
    names, clusters = np.unique([clip.session for clip, _ in own], return_inverse=True)
    generator = np.random.default_rng(config.seed)
    sessions = _Sessions(clusters, draw_clusters(len(names), NUM_RESAMPLES, generator))
    others = {
        "centre": CENTRE,
        "training_gaze": TRAINING_GAZE,
        "inter_window": kind + INTER_WINDOW,
    }
    others = {name: other for name, other in others.items() if other in own[0][1] and other != kind}
    threshold = thresholds.get(kind.removesuffix(INTER_WINDOW))
    metrics = {name: _describe_metric(name, kind, others, own, sessions) for name in BETTER}
    return {
        "clips": len(own),
        "sessions": len(names),
        "frames": sum(kinds[kind].frames for _, kinds in own),
        "frames_not_seen": sum(kinds[kind].borrowed for _, kinds in own),
        "metrics": metrics,
        "missing": {name: WHY_ABSENT[name] for name in BETTER if metrics[name] is None},
        "threshold": _describe_threshold(threshold) if threshold else None,
    }


def _glc_compat(kind: str, clips: Clips, config: GazeMetricsConfig) -> Record | None:
    """Return GLC's scores over all clips with such maps: a fixation outside of it counts as 0."""
    sums = [kinds[kind].glc for _, kinds in clips if kind in kinds]
    return glc_scores(sums, config.glc_batch_clips)


def _describe_metric(
    name: str, kind: str, others: Mapping[str, str], clips: Clips, sessions: _Sessions
) -> Record | None:
    """Return a metric's mean, and its paired differences to the baselines of the same clips."""
    values = _values(name, kind, clips)
    average = sessions.average(values)
    if average is None:
        return None
    differences = {
        label: sessions.average(values - _values(name, other, clips))
        for label, other in others.items()
    }
    return {**average, "minus": differences}


def _values(name: str, kind: str, clips: Clips) -> Values:
    """Return a metric of each clip; NaN where it has none."""
    none = float("nan")
    return np.array(
        [kinds[kind].means.get(name, none) if kind in kinds else none for _, kinds in clips]
    )


def _describe_threshold(threshold: Threshold) -> Record:
    return {
        "value": threshold.level / TOP_LEVEL,
        "chosen_on": "validation",
        "clips": threshold.clips,
        "f1": threshold.f1,
    }
