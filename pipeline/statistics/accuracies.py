"""The accuracies of the report, tallied by session, and their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.metrics import is_among_top, top_actions
from pipeline.evaluation.scores import Scores
from pipeline.statistics.bootstrap import (
    NUM_RESAMPLES,
    Interval,
    draw_clusters,
    percentile_interval,
)
from pipeline.statistics.tally import Tally, tally


def tally_accuracies(
    scores: Scores,
    sessions: Sequence[str],
    classes: Classes,
    *,
    missing_counts_as_zero: bool = False,
) -> dict[str, Tally]:
    """Return micro, macro, top5, verb and noun by session, without those that are undefined.

    Args:
        scores: of the clips to measure, usually the test part's.
        sessions: session of each clip, N of them.
        classes: gives actions their verbs and nouns.
        missing_counts_as_zero: macro's policy, as in `evaluation.metrics.macro_accuracy`.
    """
    names, clusters = np.unique(np.asarray(sessions), return_inverse=True)
    labels, predicted = scores.labels, top_actions(scores.logits)
    num_classes, one_group = len(classes.names), np.zeros_like(labels)
    is_right = (predicted == labels).astype(np.float64)
    is_top5 = is_among_top(scores.logits, labels, 5).astype(np.float64)
    macro = tally(is_right, clusters, len(names), labels, num_classes)
    if missing_counts_as_zero:
        share_present = (macro.counted.sum(axis=0) > 0).mean()
        macro = replace(macro, factor=float(share_present))
    tallies = {
        "micro": tally(is_right, clusters, len(names), one_group, 1),
        "macro": macro,
        "top5": tally(is_top5, clusters, len(names), one_group, 1),
    }
    parts = {"verb": classes.verb_of_action, "noun": classes.noun_of_action}
    for metric, part_of_action in parts.items():
        truth = part_of_action[labels]
        rows = truth >= 0
        if rows.any():
            has_right_part = (part_of_action[predicted] == truth)[rows].astype(np.float64)
            tallies[metric] = tally(has_right_part, clusters[rows], len(names), one_group[rows], 1)
    return tallies


def accuracy_intervals(
    tallies: Mapping[str, Tally], seed: int, num_resamples: int = NUM_RESAMPLES
) -> dict[str, Interval | None]:
    """Return each accuracy's 95 % interval, all from the same resamples of sessions."""
    num_clusters = len(next(iter(tallies.values())).right)
    clusters = draw_clusters(num_clusters, num_resamples, np.random.default_rng(seed))
    return {
        metric: percentile_interval(counted.weighted(clusters), counted.num_clusters)
        for metric, counted in tallies.items()
    }
