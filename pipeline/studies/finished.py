"""Which experiments of a study are there already, whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.evaluation.classes import ClassesError
from pipeline.evaluation.scores import ScoresError
from pipeline.experiments.names import ExperimentError, list_experiments
from pipeline.experiments.read import Experiment, Repository, read_experiments
from pipeline.studies.plan import Cell
from pipeline.tables.rows import TableError


@dataclass(frozen=True)
class Finished:
    """What was found.

    Args:
        experiments: by name, those that can be read.
        broken: by name, why an experiment that has a name is no finished one; it is run again.
    """

    experiments: Mapping[str, Experiment]
    broken: Mapping[str, str]


def find_finished(repository: Repository, cells: Sequence[Cell]) -> Finished:
    """Read the experiments of some cells, as far as they exist and their files are here.

    Raises:
        ExperimentError: there is no git repository.
    """
    listed = {named.name for named in list_experiments(repository.root)}
    experiments, broken = {}, {}
    for cell in cells:
        if cell.name not in listed:
            continue
        try:
            [experiments[cell.name]] = read_experiments(repository, [cell.name])
        except (ExperimentError, ScoresError, ClassesError, TableError, OSError) as error:
            broken[cell.name] = str(error)
    return Finished(experiments, broken)
