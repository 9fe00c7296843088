"""The tracking store: one MLflow database for all workspaces of a repository."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient


@dataclass(frozen=True)
class Store:
    """Where runs are kept.

    Args:
        uri: MLflow tracking URI.
        artifact_dir: absolute folder of artifacts, or None where a server owns them.
        lock_path: file whose lock makes first use and find-or-create safe.
    """

    uri: str
    artifact_dir: Path | None
    lock_path: Path


def choose_store(root: Path, tracking_uri: str | None) -> Store:
    """Take the user's tracking URI, else the repository's own SQLite database.

    The database and its artifacts get absolute paths: relative ones would be lost with the
    temporary workspace of ``dvc exp run --temp``.
    """
    lock_path = root / ".mlflow" / "lock"
    if tracking_uri:
        return Store(uri=tracking_uri, artifact_dir=None, lock_path=lock_path)
    return Store(
        uri=f"sqlite:///{root / '.mlflow' / 'mlflow.db'}",
        artifact_dir=root / ".mlflow" / "artifacts",
        lock_path=lock_path,
    )


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Hold the store's lock: several first users at once would break a fresh database."""
    store.lock_path.parent.mkdir(parents=True, exist_ok=True)
    with store.lock_path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def open_client(store: Store) -> "MlflowClient":
    """Connect to the store; a fresh database is made, so hold the lock."""
    import logging

    from mlflow import MlflowClient

    for name in ("alembic", "mlflow.store.db.utils", "mlflow.tracking.client"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return MlflowClient(tracking_uri=store.uri)


def experiment_id(client: "MlflowClient", store: Store, name: str) -> str:
    """Find or make the experiment of a data set; hold the lock."""
    found = client.get_experiment_by_name(name)
    if found is not None:
        return found.experiment_id
    location = None if store.artifact_dir is None else (store.artifact_dir / name).as_uri()
    return client.create_experiment(name, artifact_location=location)
