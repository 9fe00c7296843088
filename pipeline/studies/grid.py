"""A study's finished experiments by row, split and seed, and their accuracies by session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.experiments.comparable import check_same_test
from pipeline.experiments.compare import align, tally_group
from pipeline.experiments.groups import Group
from pipeline.experiments.read import Experiment
from pipeline.statistics.tally import Tally
from pipeline.studies.plan import Plan
from pipeline.studies.split_mean import mean_of_splits, spread_over

BySeed = Mapping[int, Experiment]
Tallies = Mapping[int, Mapping[str, Tally]]
"""By seed and metric."""


@dataclass(frozen=True)
class Grid:
    """Experiments whose test clips are in one order on each split.

    Args:
        by_split: by split and row, the trainings; rows without any are absent.
        sessions: of the test clips of all splits, each once.
    """

    by_split: Mapping[str, Mapping[str, BySeed]]
    sessions: tuple[str, ...]

    def first(self, split: str) -> Experiment:
        """Return the first experiment of a split."""
        return next(iter(next(iter(self.by_split[split].values())).values()))

    def all_of(self, row: str, splits: Sequence[str]) -> tuple[Experiment, ...]:
        """Return a row's experiments of some splits, those that there are."""
        of_split = [self.by_split[split] for split in splits if split in self.by_split]
        of_row = [rows[row] for rows in of_split if row in rows]
        return tuple(experiment for by_seed in of_row for experiment in by_seed.values())


def make_grid(plan: Plan, experiments: Mapping[str, Experiment]) -> Grid:
    """Arrange a plan's experiments, as far as they are there.

    Raises:
        ComparisonError: rows of one split were not tested on the same clips.
    """
    by_split: dict[str, Mapping[str, BySeed]] = {}
    sessions: set[str] = set()
    for split in plan.splits:
        cells = [cell for cell in plan.cells if cell.split == split and cell.name in experiments]
        found = [experiments[cell.name] for cell in cells]
        if not found:
            continue
        check_same_test(found)
        rows: dict[str, dict[int, Experiment]] = {}
        for row in plan.study.runnable:
            own = [pair for pair in zip(cells, found, strict=True) if pair[0].row == row.name]
            if own:
                rows[row.name] = {cell.seed: align(each, found[0]) for cell, each in own}
        by_split[split] = rows
        sessions |= set(tested_sessions(align(found[0], found[0])))
    return Grid(by_split, tuple(sorted(sessions)))


def tested_sessions(experiment: Experiment) -> list[str]:
    """Return the session of each clip of an aligned experiment."""
    return [experiment.session_of[clip] for clip in experiment.scores["fused"].clips.tolist()]


def tally_rows(grid: Grid, stream: str, splits: Sequence[str]) -> dict[str, Tallies]:
    """Return each row's accuracies, the mean over splits, for the seeds that have all of them.

    A row without such a stream, or without a seed on all of the splits, is left out.
    """
    found: dict[str, Tallies] = {}
    present = [grid.by_split[split] for split in splits if split in grid.by_split]
    if len(present) < len(splits):
        return {}
    for row in present[0]:
        of_splits = [_tally_split(grid, rows.get(row, {}), row, stream) for rows in present]
        seeds = [seed for seed in of_splits[0] if all(seed in split for split in of_splits)]
        if seeds:
            found[row] = {seed: _mean([split[seed] for split in of_splits]) for seed in seeds}
    return found


def _tally_split(grid: Grid, by_seed: BySeed, row: str, stream: str) -> dict[int, dict[str, Tally]]:
    """Return the accuracies of one row's trainings on one split, over all sessions."""
    own = {seed: each for seed, each in by_seed.items() if stream in each.scores}
    if not own:
        return {}
    group = Group(row, tuple(own.values()))
    sessions = tested_sessions(group.experiments[0])
    tallies = tally_group(group, stream, sessions)
    return {
        seed: spread_over(tallied, sessions, grid.sessions)
        for seed, tallied in zip(own, tallies, strict=True)
    }


def _mean(splits: Sequence[Mapping[str, Tally]]) -> dict[str, Tally]:
    metrics = [metric for metric in splits[0] if all(metric in split for split in splits)]
    return {metric: mean_of_splits([split[metric] for split in splits]) for metric in metrics}
