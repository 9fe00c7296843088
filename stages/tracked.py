"""Runs a stage under the tracking store, as its environment says."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.lifetime import end_with_parent
from pipeline.params import Section, read_yaml
from pipeline.tracking.invocation import Invocation, find_invocation
from pipeline.tracking.stage import StageRun, tracked_stage
from pipeline.tracking.store import Store, choose_store
from stages.environment import read_environment

RUNS_DIR = Path("reports/runs")


@contextmanager
def stage_run(stage: str, config: Section) -> Iterator[StageRun]:
    """Track one stage, whose run ends as KILLED where the stage is stopped.

    What the memo store holds twice, since DVC has cached it by now, is dropped first.
    """
    end_orderly()
    read_environment().memo.settle()
    with tracked_stage(
        tracking_store(),
        dataset=dataset_name(),
        stage=stage,
        invocation=current_invocation(),
        params=read_yaml(Path("params.yaml")),
        config=config.model_dump(mode="json"),
        runs_dir=RUNS_DIR,
    ) as run:
        yield run


def end_orderly() -> None:
    """Make an orderly end of a SIGTERM, in which folders are cleared and processes ended."""
    signal.signal(signal.SIGTERM, _end)
    if "DVC_ROOT" in os.environ:  # else the stage would go on alone when DVC is killed
        end_with_parent()


def tracking_store() -> Store:
    """Return the store that this environment names."""
    return choose_store(read_environment().root, os.environ.get("MLFLOW_TRACKING_URI"))


def current_invocation() -> Invocation:
    """Return the ``dvc repro`` or ``dvc exp run`` that this process belongs to."""
    return find_invocation(
        os.environ.get("FIXATE_INVOCATION"),
        os.environ.get("DVC_EXP_NAME"),
        os.environ.get("DVC_EXP_BASELINE_REV"),
    )


def dataset_name() -> str:
    """Return the data set's name, which is also its experiment's."""
    dataset = read_yaml(Path("params.yaml"))["dataset"]
    return str(dataset["name"]) if isinstance(dataset, dict) else "unnamed"


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)
