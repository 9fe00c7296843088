"""Tests of the difference of two groups on the same test clips.

Chance enters in two ways: the sessions that happen to be in the test part (a sign-flip test over
sessions), and the seeds that happen to be drawn (Welch's test, where a group has several). A
difference is called real only if it exceeds each of them, and, since they add up, both together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from pipeline.evaluation.metrics import top_actions
from pipeline.experiments.draws import Draws
from pipeline.experiments.groups import Group
from pipeline.experiments.read import Experiment
from pipeline.experiments.results import Difference
from pipeline.statistics.holm import holm
from pipeline.statistics.mcnemar import mcnemar_test
from pipeline.statistics.permutation import sign_flip_test
from pipeline.statistics.seeds import combined_test, seeds_test
from pipeline.statistics.tally import Tally

TESTED = ("micro", "macro")
"""Accuracies whose differences are tested."""

Pair = tuple[Group, Group]


@dataclass(frozen=True)
class _Question:
    """Whether the second group of a pair has another accuracy than the first."""

    stream: str
    metric: str
    pair: Pair


def judge_pairs(
    stream: str,
    pairs: Sequence[Pair],
    tallies: Mapping[str, Sequence[Mapping[str, Tally]]],
    draws: Draws,
    seed: int,
) -> list[Difference]:
    """Test all pairs of one stream: a family of questions, for which p-values are corrected.

    Args:
        stream: whose scores.
        pairs: what is compared, the reference first.
        tallies: by the group's label, the accuracies of each of its trainings.
        draws: of sessions and seeds.
        seed: of the signs, where there are too many sessions to try all.
    """
    found = []
    for pair in pairs:
        for metric in TESTED:
            sides = [[each[metric] for each in tallies[group.label]] for group in pair]
            found.append(_difference(_Question(stream, metric, pair), sides, draws, seed))
    return correct(found)


def correct(found: Sequence[Difference]) -> list[Difference]:
    """Return differences with their p-values corrected as one family of questions."""
    corrected = holm(np.array([each.p_value for each in found])).tolist()
    mcnemar = iter(holm(np.array([p for each in found if (p := each.mcnemar_p) is not None])))
    return [
        replace(
            each,
            corrected_p=p_value,
            corrected_mcnemar_p=None if each.mcnemar_p is None else float(next(mcnemar)),
        )
        for each, p_value in zip(found, corrected, strict=True)
    ]


def is_right(experiment: Experiment, stream: str) -> Bool[np.ndarray, " N"]:
    """Return which clips an experiment names right."""
    scores = experiment.scores[stream]
    return top_actions(scores.logits) == scores.labels


def _difference(
    question: _Question, sides: Sequence[Sequence[Tally]], draws: Draws, seed: int
) -> Difference:
    """Test one question; p-values are not yet corrected."""
    labels = [group.label for group in question.pair]
    values = [np.array([counted.accuracy() for counted in side]) for side in sides]
    parts = _contributions(sides[1]) - _contributions(sides[0])
    return Difference(
        stream=question.stream,
        metric=question.metric,
        first=labels[0],
        second=labels[1],
        value=float(values[1].mean() - values[0].mean()),
        interval=draws.interval_of_difference(labels, sides),
        permutation_p=sign_flip_test(parts, np.random.default_rng(seed)),
        seeds_p=seeds_test(*values),
        combined_p=combined_test(parts, *values),
        mcnemar_p=_mcnemar(question) if question.metric == "micro" else None,
        corrected_p=1.0,
        corrected_mcnemar_p=None,
    )


def _contributions(side: Sequence[Tally]) -> Float[np.ndarray, " S"]:
    """Part of the accuracy of each session that is tested, the mean over seeds."""
    is_tested = side[0].counted.sum(axis=1) > 0
    return np.mean([counted.contributions()[is_tested] for counted in side], axis=0)


def _mcnemar(question: _Question) -> float | None:
    """Test single trainings clip by clip; several have no one answer to a clip."""
    if any(len(group.experiments) > 1 for group in question.pair):
        return None
    first, second = (is_right(group.experiments[0], question.stream) for group in question.pair)
    return mcnemar_test(int((first & ~second).sum()), int((second & ~first).sum()))
