"""The parent run: one for each invocation, carrying all params and the final metrics."""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.tracking.invocation import Invocation, is_alive

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

ROLE = "fixate.role"
KEY = "fixate.invocation"
STAGES = "fixate.stages"
PROCESS = "fixate.process"
HOST = "fixate.host"
NEWEST_FIRST = ["attributes.start_time DESC"]


def find_parent(client: "MlflowClient", experiment: str, key: str) -> "Run | None":
    """Return the parent run of an invocation, if one was made."""
    query = f"tags.`{ROLE}` = 'parent' AND tags.`{KEY}` = '{key}'"
    found = client.search_runs([experiment], query, max_results=1)
    return found[0] if found else None


def find_or_create_parent(
    client: "MlflowClient", experiment: str, invocation: Invocation, params: Mapping[str, object]
) -> str:
    """Return the id of the invocation's parent run, made with all params; hold the lock."""
    found = find_parent(client, experiment, invocation.key)
    if found is not None:
        return found.info.run_id
    mark_killed(client, experiment)
    name = invocation.name or f"repro-{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
    tags = {
        ROLE: "parent",
        KEY: invocation.key,
        PROCESS: invocation.process,
        HOST: socket.gethostname(),
        "dvc.exp_name": invocation.name,
        "dvc.baseline_rev": invocation.baseline,
    }
    run_id = client.create_run(experiment, run_name=name, tags=tags).info.run_id
    for key, value in flatten(params).items():
        client.log_param(run_id, key, value)
    return run_id


def mark_killed(client: "MlflowClient", experiment: str) -> None:
    """End the runs whose process was killed: nobody else would."""
    for run in client.search_runs([experiment], "attributes.status = 'RUNNING'"):
        tags = run.data.tags
        if tags.get(HOST) == socket.gethostname() and not is_alive(tags[PROCESS]):
            client.set_terminated(run.info.run_id, "KILLED")


def flatten(params: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Turn nested params into one mapping with dotted keys."""
    flat: dict[str, object] = {}
    for key, value in params.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
