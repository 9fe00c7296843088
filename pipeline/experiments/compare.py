"""Experiments side by side: accuracies with intervals, tested differences, gains by class."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.experiments.comparable import check_same_test, find_warnings
from pipeline.experiments.differences import list_differences
from pipeline.experiments.draws import Draws, draw
from pipeline.experiments.groups import Group, group_seeds
from pipeline.experiments.paired import is_right, judge_pairs
from pipeline.experiments.read import STREAMS, Experiment
from pipeline.experiments.results import ClassGain, Comparison, Difference, Estimate
from pipeline.statistics.accuracies import tally_accuracies
from pipeline.statistics.seeds import seed_spread
from pipeline.statistics.tally import Tally


def compare(experiments: Sequence[Experiment], seed: int, *, all_pairs: bool = False) -> Comparison:
    """Compare experiments with the first one, or every two of them.

    Args:
        experiments: two or more, tested on the same clips.
        seed: of the resampling.
        all_pairs: compare every two groups in place of each with the first.

    Raises:
        ComparisonError: they were not tested on the same clips of the same classes.
    """
    check_same_test(experiments)
    aligned = [align(experiment, experiments[0]) for experiment in experiments]
    groups = group_seeds(aligned)
    first = aligned[0]
    test = first.scores["fused"]
    sessions = [first.session_of[clip] for clip in test.clips.tolist()]
    last = len(groups) if all_pairs else 1
    pairs = [(one, two) for place, one in enumerate(groups[:last]) for two in groups[place + 1 :]]
    accuracies: dict[str, dict[str, dict[str, Estimate]]] = {}
    differences: list[Difference] = []
    num_sessions = len(set(sessions))
    draws = draw(groups, num_sessions, seed)
    for stream in STREAMS:
        present = [group for group in groups if _has(group, stream)]
        tallies = {group.label: tally_group(group, stream, sessions) for group in present}
        accuracies[stream] = {
            label: estimate_group(label, of_group, draws) for label, of_group in tallies.items()
        }
        tested = [pair for pair in pairs if all(_has(group, stream) for group in pair)]
        differences += judge_pairs(stream, tested, tallies, draws, seed)
    return Comparison(
        groups=tuple(groups),
        num_clips=len(test.clips),
        num_sessions=num_sessions,
        chance=float(str(first.metrics["chance"])),
        accuracies={stream: found for stream, found in accuracies.items() if found},
        differences=tuple(differences),
        gains=tuple(gain for pair in pairs for gain in _gains(*pair)),
        varied=tuple(
            list_differences(
                [group.label for group in groups],
                [_choices(group.experiments[0]) for group in groups],
            )
        ),
        warnings=find_warnings(aligned),
    )


def align(experiment: Experiment, first: Experiment) -> Experiment:
    """Keep the test clips alone, in the order of the first experiment's."""
    wanted = first.scores["fused"].of("test").clips.tolist()
    scores = {}
    for stream, of_stream in experiment.scores.items():
        row_of = {clip: row for row, clip in enumerate(of_stream.clips.tolist())}
        scores[stream] = of_stream.take(np.array([row_of[clip] for clip in wanted]))
    return replace(experiment, scores=scores)


def _choices(experiment: Experiment) -> dict[str, object]:
    """Return all that was chosen; ``recipe`` is the recipe's name, ``recipes`` what it says."""
    return {**experiment.params, "recipes": experiment.recipe}


def _has(group: Group, stream: str) -> bool:
    return all(stream in experiment.scores for experiment in group.experiments)


def tally_group(group: Group, stream: str, sessions: Sequence[str]) -> list[dict[str, Tally]]:
    """Return each training's accuracies by name; sessions are those of its aligned clips."""
    protocol = group.experiments[0].metrics.get("protocol")
    policy = protocol.get("missing_classes") if isinstance(protocol, Mapping) else None
    return [
        tally_accuracies(
            experiment.scores[stream],
            sessions,
            experiment.classes,
            missing_counts_as_zero=policy == "zero",
        )
        for experiment in group.experiments
    ]


def estimate_group(
    label: str, of_group: Sequence[Mapping[str, Tally]], draws: Draws
) -> dict[str, Estimate]:
    """Return a group's accuracies by name."""
    found = {}
    for metric in of_group[0]:
        tallies = [tallied[metric] for tallied in of_group]
        spread = seed_spread(np.array([counted.accuracy() for counted in tallies]))
        found[metric] = Estimate(spread.mean, spread.sd, draws.interval(label, tallies))
    return found


def _gains(first: Group, second: Group) -> list[ClassGain]:
    """Return what the fused answers of the second gain over the first's in each tested class."""
    labels = first.experiments[0].scores["fused"].labels
    names = first.experiments[0].classes.names
    right = [
        np.mean([is_right(experiment, "fused") for experiment in group.experiments], axis=0)
        for group in (first, second)
    ]
    return [
        ClassGain(
            first=first.label,
            second=second.label,
            class_id=int(label),
            name=names[label],
            num_clips=int((labels == label).sum()),
            first_right=float(right[0][labels == label].sum()),
            second_right=float(right[1][labels == label].sum()),
        )
        for label in np.unique(labels)
    ]
