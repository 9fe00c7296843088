"""Register a finished run's networks in MLflow: ``python -m stages.register [NAME]``.

The result loads anywhere by ``mlflow.pyfunc.load_model`` and takes paths of videos.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.params import read_yaml
from pipeline.prediction.bundle import open_setup, write_bundle
from pipeline.prediction.faults import FAULTS
from pipeline.prediction.gather import Setup
from pipeline.reporting.metrics_file import flat_metrics
from pipeline.tracking.model_card import RegisterError, card_tags, parent_of, read_record
from pipeline.tracking.parent import flatten
from pipeline.tracking.register import Registered, Registration, register_model
from pipeline.tracking.run_params import read_run_params
from pipeline.tracking.summary import read_runs
from stages.tracked import RUNS_DIR, tracking_store

RECORD = Path("reports/metrics.json")


def main(arguments: Sequence[str]) -> None:
    """Register ``models`` and print how to load them; a fault is one message, exit status 1."""
    try:
        setup = open_setup(Path("models"), Path("data"), "auto")
        for note in setup.notes:
            print(f"register: {note}", file=sys.stderr)
        print(_register(setup, arguments[0] if arguments else None))
    except (*FAULTS, RegisterError) as error:
        sys.exit(f"register: {error}")


def _register(setup: Setup, name: str | None) -> Registered:
    plans = setup.config.networks.items()
    files = {str(network): setup.models_dir / plan.file for network, plan in plans}
    digests = {str(network): plan.sha256 for network, plan in plans}
    record, runs = read_record(RECORD, files), read_runs(RUNS_DIR)
    params = read_run_params(Path("dvc.lock"), RECORD)
    differ = params != read_yaml(Path("params.yaml"))
    flat = flatten(params)
    dataset = str(flat["dataset.name"])
    with TemporaryDirectory() as scratch:
        bundle_dir = Path(scratch) / "bundle"
        write_bundle(setup, bundle_dir)
        registration = Registration(
            name=name or f"fixate-{dataset}",
            bundle_dir=bundle_dir,
            classes=setup.config.classes,
            requirements=Path("requirements.txt").read_text(encoding="utf-8").splitlines(),
            params=flat,
            metrics=flat_metrics(record),
            tags=card_tags(record, runs, digests, _commit(), params_differ=differ),
            parent_run=parent_of(runs),
        )
        return register_model(tracking_store(), dataset, registration)


def _commit() -> str:
    """Return the commit that is checked out, marked where files differ from it."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1:])
