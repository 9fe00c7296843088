"""The child run of one executed stage."""

import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from pipeline.atomic import write_text
from pipeline.tracking.invocation import Invocation, process_key
from pipeline.tracking.parent import (
    HOST,
    KEY,
    PROCESS,
    ROLE,
    find_or_create_parent,
    flatten,
)
from pipeline.tracking.store import Store, experiment_id, locked, open_client

if TYPE_CHECKING:
    from mlflow import MlflowClient


class StageRun:
    """What a stage can tell the tracking store about itself."""

    def __init__(self, client: "MlflowClient", run_id: str) -> None:
        self._client = client
        self.run_id = run_id

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Log numbers; slashes in names become sections of the UI."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        entries = [Metric(name, float(value), now, step or 0) for name, value in metrics.items()]
        self._client.log_batch(self.run_id, metrics=entries)

    def log_table(self, name: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Log rows as a table, shown paged in the UI; ``name`` ends with .json."""
        columns = {key: [row[key] for row in rows] for key in (rows[0] if rows else {})}
        self._client.log_table(self.run_id, columns, name)

    def log_text(self, name: str, text: str) -> None:
        """Log a text file under ``name``."""
        self._client.log_text(self.run_id, text, name)


@contextmanager
def tracked_stage(
    store: Store,
    *,
    dataset: str,
    stage: str,
    invocation: Invocation,
    params: Mapping[str, object],
    config: Mapping[str, object],
    runs_dir: Path,
) -> Iterator[StageRun]:
    """Run a stage as a child of its invocation's parent run.

    The run ends as FINISHED, as FAILED on an error, as KILLED on an interrupt or a signal; so does
    the parent in the last two cases. On success ``<runs_dir>/<stage>.json`` names the run, so
    that a later invocation, which finds the stage cached, can link to it.
    """
    with locked(store):
        client = open_client(store)
        experiment = experiment_id(client, store, dataset)
        parent = find_or_create_parent(client, experiment, invocation, params)
    label = invocation.name or "repro"
    tags = {
        ROLE: "stage",
        "mlflow.parentRunId": parent,
        "dvc.stage": stage,
        "dvc.exp_name": invocation.name,
        KEY: invocation.key,
        HOST: socket.gethostname(),
        PROCESS: process_key(psutil.Process()),
    }
    run_id = client.create_run(experiment, run_name=f"{stage} | {label}", tags=tags).info.run_id
    for key, value in flatten(config).items():
        client.log_param(run_id, key, str(value)[:6000])
    try:
        yield StageRun(client, run_id)
    except BaseException as error:
        status = "FAILED" if isinstance(error, Exception) else "KILLED"
        client.set_tag(run_id, "fixate.error", f"{type(error).__name__}: {error}"[:5000])
        client.set_terminated(run_id, status)
        client.set_terminated(parent, status)
        raise
    client.set_terminated(run_id, "FINISHED")
    made = {"run_id": run_id, "parent_run_id": parent, "experiment_id": experiment}
    write_text(runs_dir / f"{stage.replace('@', '_')}.json", json.dumps(made, indent=1) + "\n")
