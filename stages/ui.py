"""Serves the MLflow UI of this repository's runs, on this machine only: ``make ui``."""

import os
import sys

from pipeline.tracking.store import experiment_id, locked, open_client
from pipeline.tracking.summary import runs_link
from stages.tracked import dataset_name, tracking_store

PORT = "5000"


def main() -> None:
    """Print the deep link to the runs, then become the server until interrupted."""
    store = tracking_store()
    with locked(store):
        client = open_client(store)
        experiment = experiment_id(client, store, dataset_name())
    if not store.uri.startswith("sqlite:"):
        print(f"MLFLOW_TRACKING_URI is {store.uri}: open its own UI")
        return
    print(f"open {runs_link(store, experiment)}  (ends with Ctrl-C)", flush=True)
    command = ["mlflow", "server", "--backend-store-uri", store.uri]
    command += ["--host", "127.0.0.1", "--port", PORT, "--workers", "1"]
    os.execv(sys.executable, [sys.executable, "-m", *command])  # noqa: S606 - a list, no shell


if __name__ == "__main__":
    main()
