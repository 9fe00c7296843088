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
from pipeline.reporting.metrics_file import flat_metrics
from pipeline.tracking.model_card import RegisterError, card_tags, parent_of, read_record, read_runs
from pipeline.tracking.parent import flatten
from pipeline.tracking.register import Registration, register_model
from stages.tracked import RUNS_DIR, dataset_name, tracking_store


def main(arguments: Sequence[str]) -> None:
    """Register ``models`` and print how to load them; a fault is one message, exit status 1."""
    try:
        setup = open_setup(Path("models"), Path("data"), "auto")
        plans = setup.config.networks.items()
        files = {str(name): setup.models_dir / plan.file for name, plan in plans}
        record = read_record(Path("reports/metrics.json"), files)
        requirements = Path("requirements.txt").read_text(encoding="utf-8")
        runs = read_runs(RUNS_DIR)
        digests = {str(name): plan.sha256 for name, plan in plans}
        with TemporaryDirectory() as scratch:
            bundle_dir = Path(scratch) / "bundle"
            write_bundle(setup, bundle_dir)
            registration = Registration(
                name=arguments[0] if arguments else f"fixate-{dataset_name()}",
                bundle_dir=bundle_dir,
                classes=setup.config.classes,
                requirements=requirements.splitlines(),
                params=flatten(read_yaml(Path("params.yaml"))),
                metrics=flat_metrics(record),
                tags=card_tags(record, runs, digests, _commit()),
                parent_run=parent_of(runs),
            )
            print(register_model(tracking_store(), dataset_name(), registration))
    except (*FAULTS, RegisterError) as error:
        sys.exit(f"register: {error}")


def _commit() -> str:
    """Return the commit that is checked out, marked where files differ from it."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1:])
