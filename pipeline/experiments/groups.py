"""Experiments that differ in their seed alone are one method, trained several times."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from pipeline.experiments.read import Experiment

SEED_AT_END = re.compile(r"[-_.](s|seed)?\d*$")


@dataclass(frozen=True)
class Group:
    """One method: an experiment, or several with other seeds.

    Args:
        label: the experiment's name, or what its names begin with, and how many seeds there are.
        experiments: in the order given.
    """

    label: str
    experiments: tuple[Experiment, ...]


def group_seeds(experiments: Sequence[Experiment]) -> list[Group]:
    """Group experiments of equal params and recipe but for the seed, in the order given.

    Experiments that agree in the seed as well stay apart: other code made them, or they are one
    training twice.
    """
    alike: dict[str, list[Experiment]] = {}
    for experiment in experiments:
        alike.setdefault(_key(experiment), []).append(experiment)
    groups = []
    for members in alike.values():
        seeds = {str(experiment.params.get("seed")) for experiment in members}
        if len(seeds) == len(members):
            groups.append(Group(_label(members), tuple(members)))
        else:
            groups += [Group(experiment.name, (experiment,)) for experiment in members]
    return _tell_apart(groups)


def _key(experiment: Experiment) -> str:
    params = {key: value for key, value in experiment.params.items() if key != "seed"}
    return json.dumps([params, experiment.recipe], sort_keys=True, default=str)


def _tell_apart(groups: Sequence[Group]) -> list[Group]:
    """Give groups of one label those of all of their experiments."""
    labels = [group.label for group in groups]
    return [
        group
        if labels.count(group.label) == 1
        else Group(" ".join(each.name for each in group.experiments), group.experiments)
        for group in groups
    ]


def _label(members: Sequence[Experiment]) -> str:
    if len(members) == 1:
        return members[0].name
    letters = zip(*(experiment.name for experiment in members), strict=False)
    same = "".join(column[0] for column in takewhile(lambda column: len({*column}) == 1, letters))
    shared = SEED_AT_END.sub("", same)
    return f"{shared or members[0].name} ({len(members)} seeds)"
