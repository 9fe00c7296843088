"""Putting a bundle into the tracking store as a new version of a registered model."""

import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.prediction.table import WORDS, table_columns
from pipeline.tracking.model_bundle import BUNDLE, PARAMS
from pipeline.tracking.model_card import RegisterError
from pipeline.tracking.parent import ROLE
from pipeline.tracking.store import Store, experiment_id, locked, open_client
from pipeline.tracking.summary import run_link

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

SCRIPT = Path(__file__).with_name("registered_model.py")
LONGEST_TAG = 100_000
"""Letters that MLflow takes in the value of a version's tag."""
NEEDED = (
    *("torch", "numpy", "opencv-contrib-python-headless", "av", "h5py", "pandas", "pydantic"),
    *("ruamel.yaml", "numba", "scipy", "jaxtyping", "mlflow"),
)
"""Packages of requirements.txt that a loaded model imports."""


@dataclass(frozen=True)
class Registration:
    """What is registered.

    Args:
        name: of the model; every registration is a new version of it.
        bundle_dir: networks and settings.
        classes: the actions' names by class id.
        requirements: lines of requirements.txt.
        params: of the run that made the networks, by dotted name.
        metrics: of the run's test.
        tags: where it comes from.
        parent_run: of the run that trained it; empty where it is not known.
    """

    name: str
    bundle_dir: Path
    classes: Sequence[str]
    requirements: Sequence[str]
    params: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    parent_run: str


@dataclass(frozen=True)
class Registered:
    """A new version of a model.

    Args:
        store: where it is.
        uri: by which MLflow loads it.
        link: address of the run that made it, once ``make ui`` serves the store.
    """

    store: str
    uri: str
    link: str

    def __str__(self) -> str:
        return (
            f"registered {self.uri}\n"
            f"run    {self.link}  (after `make ui`)\n"
            f'load   MLFLOW_TRACKING_URI={self.store} python -c "import mlflow; '
            f"print(mlflow.pyfunc.load_model('{self.uri}').predict(['video.mp4']))\""
        )


def register_model(store: Store, dataset: str, registration: Registration) -> Registered:
    """Log the bundle as a pyfunc model, and register it as the next version of its name.

    The version's tags are the run's params (``params.…``), test metrics (``metrics.…``) and where
    it comes from; the run that logs it is a child of the run that trained it.
    """
    import mlflow

    with locked(store):
        client = open_client(store)
        experiment = experiment_id(client, store, dataset)
    parent = _known_run(store, registration.parent_run)
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_registry_uri(store.uri)
    tags = {ROLE: "register"} | ({"mlflow.parentRunId": parent} if parent else {})
    with (
        _quiet(),
        mlflow.start_run(experiment_id=experiment, run_name="register", tags=tags) as run,
    ):
        mlflow.log_params({key: str(value)[:500] for key, value in registration.params.items()})
        mlflow.log_metrics(dict(registration.metrics))
        info = mlflow.pyfunc.log_model(
            name=registration.name,
            python_model=str(SCRIPT),
            artifacts={BUNDLE: str(registration.bundle_dir)},
            code_paths=[str(SCRIPT.parents[1])],
            pip_requirements=pinned(registration.requirements),
            signature=_signature(registration.classes),
            registered_model_name=registration.name,
        )
    version = str(info.registered_model_version)
    for key, value in _version_tags(registration).items():
        client.set_model_version_tag(registration.name, version, key, value[:LONGEST_TAG])
    uri = f"models:/{registration.name}/{version}"
    return Registered(store.uri, uri, run_link(store, experiment, run.info.run_id))


def pinned(requirements: Sequence[str]) -> list[str]:
    """Return the pins of the packages that a loaded model needs.

    Raises:
        RegisterError: one of them is not pinned.
    """
    words = [line.partition("#")[0].strip() for line in requirements]
    pins = {re.split(r"[=<>~!\[; ]", word, maxsplit=1)[0]: word for word in words if word}
    if absent := [name for name in NEEDED if name not in pins]:
        raise RegisterError(f"requirements.txt: found no pin of {', '.join(absent)}")
    return [pins[name] for name in NEEDED]


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out MLflow's own bars, and its wish for an example, which would be a user's video."""
    import mlflow

    mlflow.environment_variables.MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
    logging.getLogger("mlflow.store.model_registry.abstract_store").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(?s).*input example", UserWarning)
        yield


def _signature(classes: Sequence[str]) -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema

    kinds = {
        column: DataType.string if column in WORDS else DataType.double
        for column in table_columns(classes)
    }
    params = [
        ParamSpec(name, DataType.boolean if isinstance(usual, bool) else DataType.double, usual)
        for name, usual in PARAMS.items()
    ]
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.string)]),  # unnamed: a list of paths will do
        outputs=Schema([ColSpec(kind, column) for column, kind in kinds.items()]),
        params=ParamSchema(params),
    )


def _known_run(store: Store, run_id: str) -> str:
    """Return a run's id if this store has it: models may come from another one."""
    from mlflow.exceptions import MlflowException

    if not run_id:
        return ""
    with locked(store):
        client = open_client(store)
    try:
        return str(client.get_run(run_id).info.run_id)
    except MlflowException:
        return ""


def _version_tags(registration: Registration) -> dict[str, str]:
    params = {f"params.{key}": str(value) for key, value in registration.params.items()}
    metrics = {f"metrics.{key}": f"{value:.6g}" for key, value in registration.metrics.items()}
    return {**params, **metrics, **registration.tags}
