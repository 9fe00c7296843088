"""What report tells the parent run: final metrics, the table of stages, links to cached ones."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.tracking.invocation import Invocation
from pipeline.tracking.parent import (
    NEWEST_FIRST,
    ROLE,
    STAGES,
    find_or_create_parent,
    find_parent,
)
from pipeline.tracking.store import Store, experiment_id, locked, open_client

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

UI_ADDRESS = "http://127.0.0.1:5000"
"""Where ``make ui`` serves the repository's own store."""


@dataclass(frozen=True)
class ParentRun:
    """The run that stands for one invocation.

    Args:
        run_id: MLflow's id.
        experiment_id: MLflow's id of the data set's experiment.
        link: its address, once ``make ui`` serves the store.
        is_reused: whether this invocation executed nothing, so that an earlier run stands for it.
    """

    run_id: str
    experiment_id: str
    link: str
    is_reused: bool


@dataclass(frozen=True)
class FinishedRun:
    """An earlier invocation: its name, address, flat params and metrics."""

    name: str
    link: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]


def run_link(store: Store, experiment: str, run_id: str) -> str:
    """Address of one run."""
    return f"{_ui_address(store)}/#/experiments/{experiment}/runs/{run_id}"


def runs_link(store: Store, experiment: str) -> str:
    """Address of an experiment's table of runs; without its ending MLflow opens another page."""
    return f"{_ui_address(store)}/#/experiments/{experiment}/runs?workflowType=machine_learning"


def _ui_address(store: Store) -> str:
    """Return the server that keeps the runs, or the one that ``make ui`` starts."""
    is_server = store.uri.startswith(("http://", "https://"))
    return store.uri.rstrip("/") if is_server else UI_ADDRESS


def report_parent(
    store: Store,
    *,
    dataset: str,
    invocation: Invocation,
    params: Mapping[str, object],
    metrics: Mapping[str, float],
    runs_dir: Path,
) -> ParentRun:
    """Return the invocation's parent run.

    A `dvc repro` that executed no stage reuses an earlier run of the same stages with the same
    metrics; an experiment, which has a name, gets its own.
    """
    digest = _digest(read_runs(runs_dir), metrics)
    with locked(store):
        client = open_client(store)
        experiment = experiment_id(client, store, dataset)
        if not invocation.name and find_parent(client, experiment, invocation.key) is None:
            equal = _finished_with(client, experiment, digest)
            if equal is not None:
                run_id = equal.info.run_id
                link = run_link(store, experiment, run_id)
                return ParentRun(run_id, experiment, link, is_reused=True)
        run_id = find_or_create_parent(client, experiment, invocation, params)
    return ParentRun(run_id, experiment, run_link(store, experiment, run_id), is_reused=False)


def close_parent(
    store: Store,
    parent: ParentRun,
    *,
    metrics: Mapping[str, float],
    files: Sequence[Path],
    runs_dir: Path,
) -> None:
    """Finish a parent run with its final metrics, its files, and links to its stages' runs."""
    if parent.is_reused:
        return
    made, run_id = read_runs(runs_dir), parent.run_id
    with locked(store):
        client = open_client(store)
    for name, value in metrics.items():
        client.log_metric(run_id, name, value)
    for path in files:
        client.log_artifact(run_id, str(path), "report")
    for stage, run in made.items():
        if run["parent_run_id"] != run_id:
            client.set_tag(run_id, f"stage.{stage}.cached_from", run["run_id"])
    client.set_tag(run_id, "mlflow.note.content", _note(made, run_id, metrics))
    client.set_tag(run_id, STAGES, _digest(made, metrics))
    client.set_terminated(run_id, "FINISHED")


def finished_parents(store: Store, dataset: str) -> list[FinishedRun]:
    """Return every finished parent run of a data set, newest first."""
    with locked(store):
        client = open_client(store)
        experiment = experiment_id(client, store, dataset)
    query = f"tags.`{ROLE}` = 'parent' AND attributes.status = 'FINISHED'"
    runs = client.search_runs([experiment], query, order_by=NEWEST_FIRST)
    return [
        FinishedRun(
            name=run.info.run_name,
            link=run_link(store, experiment, run.info.run_id),
            params=run.data.params,
            metrics=run.data.metrics,
        )
        for run in runs
    ]


def read_runs(runs_dir: Path) -> dict[str, dict[str, str]]:
    """Return each stage's run as the stage wrote it down."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(runs_dir.glob("*.json"))}


def _digest(made: Mapping[str, Mapping[str, str]], metrics: Mapping[str, float]) -> str:
    """Return what two invocations have in common that end with the same stages and numbers."""
    told = json.dumps([made, metrics], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def _finished_with(client: "MlflowClient", experiment: str, digest: str) -> "Run | None":
    query = f"tags.`{STAGES}` = '{digest}' AND attributes.status = 'FINISHED'"
    found = client.search_runs([experiment], query, max_results=1, order_by=NEWEST_FIRST)
    return found[0] if found else None


def _note(made: Mapping[str, Mapping[str, str]], run_id: str, metrics: Mapping[str, float]) -> str:
    lines = ["| stage | run | made |", "| --- | --- | --- |"]
    for stage, run in made.items():
        link = f"[{run['run_id'][:8]}](#/experiments/{run['experiment_id']}/runs/{run['run_id']})"
        lines.append(
            f"| {stage} | {link} | {'here' if run['parent_run_id'] == run_id else 'cached'} |"
        )
    lines += ["", "| metric | value |", "| --- | --- |"]
    lines += [f"| {name} | {value:.4f} |" for name, value in metrics.items()]
    return "\n".join(lines)
