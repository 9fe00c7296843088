"""What a study's experiments give: accuracies of each row by split, their means, and tests.

A session that several splits test is resampled in all of them at once; seeds are resampled too.
Estimates, tests and words are those of `stages.compare`, over the mean of the splits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from pipeline.configuration.auto import lookup
from pipeline.experiments.comparable import find_warnings
from pipeline.experiments.compare import estimate_group
from pipeline.experiments.draws import Draws
from pipeline.experiments.groups import Group
from pipeline.experiments.paired import correct, judge_pairs
from pipeline.experiments.read import STREAMS, Experiment
from pipeline.experiments.results import Difference, Estimate
from pipeline.statistics.bootstrap import NUM_RESAMPLES, draw_clusters, draw_seeds
from pipeline.studies.grid import (
    BySeed,
    Grid,
    Tallies,
    make_grid,
    tally_rows,
    tested_sessions,
)
from pipeline.studies.plan import Plan

RESAMPLING_SEED = 0

Place = tuple[str, str, str, str]
"""Row, stream, metric and split; ``mean`` stands for all splits."""


@dataclass(frozen=True)
class Ours:
    """What a row's experiments give on a split, or on the mean of all.

    Args:
        estimate: value in [0, 1], standard deviation over seeds, 95 % interval.
        seeds: that it is the mean of.
    """

    estimate: Estimate
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class SplitFacts:
    """What is true of a split for all rows.

    Args:
        protocol: the split protocol that it stands for here.
        num_clips: of its test part.
        num_sessions: of these clips.
        chance: accuracy of always naming the commonest training class.
        warnings: why numbers may not be comparable, lines by what they are about.
    """

    protocol: str
    num_clips: int
    num_sessions: int
    chance: float
    warnings: Mapping[str, list[str]]


@dataclass(frozen=True)
class Measured:
    """What was found.

    Args:
        ours: by row, stream, metric and split.
        differences: of rows from those that they are compared with, on the mean over the splits
            that are run, or else on each split; by ``mean`` or split, corrected for all of them.
        splits: those of which there is anything.
    """

    ours: Mapping[Place, Ours]
    differences: Mapping[str, tuple[Difference, ...]]
    splits: Mapping[str, SplitFacts]


def measure(plan: Plan, experiments: Mapping[str, Experiment]) -> Measured:
    """Measure the experiments that there are.

    Args:
        plan: the study's experiments.
        experiments: the finished ones by name.

    Raises:
        ComparisonError: rows of one split were not tested on the same clips.
    """
    grid = make_grid(plan, experiments)
    ours: dict[Place, Ours] = {}
    differences: dict[str, tuple[Difference, ...]] = {}
    for stream in STREAMS:
        for split in (*plan.splits, *([plan.averaged] if plan.averaged else [])):
            rows = tally_rows(grid, stream, _splits(plan, split))
            draws = _draw(grid, rows)
            for row, by_seed in rows.items():
                estimates = estimate_group(row, list(by_seed.values()), draws)
                for metric, estimate in estimates.items():
                    ours[row, stream, metric, split] = Ours(estimate, tuple(by_seed))
        for split, found in _judge(plan, grid, stream).items():
            differences[split] = (*differences.get(split, ()), *found)
    facts = {split: _facts(grid, split) for split in grid.by_split}
    return Measured(ours, differences, facts)


def _splits(plan: Plan, split: str) -> tuple[str, ...]:
    """Return the splits that a split's name stands for."""
    return plan.splits if split == plan.averaged else (split,)


def _judge(plan: Plan, grid: Grid, stream: str) -> dict[str, list[Difference]]:
    """Test each row against those that it is compared with; all questions are one family."""
    wanted = (plan.averaged,) if plan.averaged else plan.splits
    found = {split: _test(plan, grid, stream, split) for split in wanted}
    corrected = iter(correct([each for of_split in found.values() for each in of_split]))
    return {split: list(islice(corrected, len(each))) for split, each in found.items() if each}


def _test(plan: Plan, grid: Grid, stream: str, split: str) -> list[Difference]:
    """Test the rows on one split, or on the mean."""
    rows = tally_rows(grid, stream, _splits(plan, split))
    groups = {row: Group(row, grid.all_of(row, _splits(plan, split))) for row in rows}
    pairs = [
        (groups[name], groups[row.name])
        for row in plan.study.runnable
        for name in plan.study.against(row)
        if row.name in groups and name in groups
    ]
    tallies = {row: list(by_seed.values()) for row, by_seed in rows.items()}
    return judge_pairs(stream, pairs, tallies, _draw(grid, rows), RESAMPLING_SEED) if pairs else []


def _draw(grid: Grid, rows: Mapping[str, Tallies]) -> Draws:
    """Draw sessions once for all rows, and each row's seeds by themselves."""
    generators = np.random.default_rng(RESAMPLING_SEED).spawn(len(rows) + 1)
    return Draws(
        sessions=draw_clusters(max(len(grid.sessions), 1), NUM_RESAMPLES, generators[0]),
        seeds={
            row: draw_seeds(len(by_seed), NUM_RESAMPLES, generator)
            for (row, by_seed), generator in zip(rows.items(), generators[1:], strict=True)
        },
    )


def _facts(grid: Grid, split: str) -> SplitFacts:
    first = grid.first(split)
    sessions = tested_sessions(first)
    return SplitFacts(
        protocol=str(lookup(first.metrics, "protocol.split")),
        num_clips=len(sessions),
        num_sessions=len(set(sessions)),
        chance=float(str(first.metrics["chance"])),
        warnings=_warnings(grid.by_split[split]),
    )


def _warnings(rows: Mapping[str, BySeed]) -> dict[str, list[str]]:
    """Find what differs between rows, by their first seeds, and within each row."""
    found = find_warnings([_named(row, next(iter(own.values()))) for row, own in rows.items()])
    for row, own in rows.items():
        trainings = [_named(f"{row} seed {seed}", each) for seed, each in own.items()]
        for what, lines in find_warnings(trainings).items():
            found[what] = found.get(what, []) + [f"{row}: {line}" for line in lines]
    return found


def _named(name: str, experiment: Experiment) -> Experiment:
    return replace(experiment, name=name)
