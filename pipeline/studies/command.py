"""``python -m stages.study``: plan, run what is missing, write what there is."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.experiments.read import Repository
from pipeline.studies.alone import alone
from pipeline.studies.arguments import Wish
from pipeline.studies.finished import Finished, find_finished
from pipeline.studies.listing import describe_cells, describe_state, missing_cells
from pipeline.studies.old_code import describe_old_code
from pipeline.studies.plan import Plan, Resolve, plan_study
from pipeline.studies.read import read_study
from pipeline.studies.run import Failure, Place, Runner, run_cells
from pipeline.studies.write import write_study


@dataclass(frozen=True)
class Workshop:
    """Where a study is done, and by whom.

    Args:
        repository: with ``params.yaml``, ``recipes``, ``studies`` and the experiments.
        resolve: what the stage configure does, but for writing.
        make_runner: who runs experiments, given the names of those that are not whole.
        tell: prints a line.
        pause: waits for some seconds between two looks at what runs.
    """

    repository: Repository
    resolve: Resolve
    make_runner: Callable[[frozenset[str]], Runner]
    tell: Callable[[str], None]
    pause: Callable[[float], None] = time.sleep


def do_study(wish: Wish, workshop: Workshop) -> int:
    """Do what is wished, and return the exit status: 1 where an experiment failed.

    Raises:
        StudyError: the study, one of its rows or the command is wrong; nothing was run.
        ExperimentError: there is no git repository.
        ComparisonError: rows of one split were not tested on the same clips.
    """
    root = workshop.repository.root
    study = read_study(root / "studies", wish.study)
    plan = plan_study(
        wish.study,
        study,
        root,
        workshop.resolve,
        num_splits=wish.splits,
        num_seeds=wish.seeds,
    )
    finished = find_finished(workshop.repository, plan.cells)
    workshop.tell(describe_state(plan, finished))
    if warning := describe_old_code(root, finished.experiments.values()):
        workshop.tell(warning)
    if wish.is_dry:
        workshop.tell(describe_cells(plan, finished))
        return 0
    failures = [] if wish.is_table else _run_missing(plan, finished, wish, workshop)
    finished = find_finished(workshop.repository, plan.cells)
    if not finished.experiments:
        workshop.tell("no experiment is there, so there is no table")
        return 1
    out_dir = root / "reports" / "studies" / wish.study
    text, paths = write_study(
        plan, finished.experiments, workshop.repository, out_dir, workshop.tell
    )
    workshop.tell("\n".join(["", text, *map(str, paths)]))
    for failure in failures:
        workshop.tell(f"failed: {failure.cell}; its log is {failure.log}")
    return 1 if failures else 0


def _run_missing(plan: Plan, finished: Finished, wish: Wish, workshop: Workshop) -> list[Failure]:
    """Run what is not there; returns what failed."""
    missing = missing_cells(plan, finished)
    if not missing:
        return []
    work_dir = workshop.repository.root / ".work" / "studies" / wish.study
    runner = workshop.make_runner(frozenset(finished.broken))
    place = Place(runner, work_dir, wish.jobs, workshop.tell, workshop.pause)
    with alone(work_dir):
        return run_cells(missing, place)
