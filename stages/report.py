"""Metrics, figures and the page; closes the invocation's run: ``python -m stages.report``."""

import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pipeline.clips.store import ClipStore
from pipeline.params import read_section, read_yaml
from pipeline.reporting.metrics_file import flat_metrics
from pipeline.reporting.params import ReportConfig
from pipeline.reporting.report import Folders, Run, describe, measure_run, write_figures, write_page
from pipeline.reporting.results import earlier_results
from pipeline.tracking.parent import flatten
from pipeline.tracking.summary import close_parent, finished_parents, runs_link
from stages.tracked import RUNS_DIR, current_invocation, dataset_name, tracking_store

FOLDERS = Folders(data=Path("data"), models=Path("models"), reports=Path("reports"))
PACKAGES = ("torch", "numpy", "opencv-contrib-python-headless", "av", "h5py")


def main() -> None:
    """Write ``reports/``, tell the tracking store, and print the accuracies."""
    config = read_section(Path("data/config/report.yaml"), ReportConfig)
    store = ClipStore(FOLDERS.data / "clips", "rgb")
    labels = np.array([clip.action for clip in store.clips if clip.part == "train"], np.int64)
    versions = {name: version(name) for name in PACKAGES}
    results = measure_run(
        config, FOLDERS, labels, {"python": platform.python_version(), **versions}
    )
    figures = write_figures(FOLDERS, results)
    params, metrics = read_yaml(Path("params.yaml")), flat_metrics(results.record)
    parents = finished_parents(tracking_store(), dataset_name())
    parent = close_parent(
        tracking_store(),
        dataset=dataset_name(),
        invocation=current_invocation(),
        params=params,
        metrics=metrics,
        files=[FOLDERS.reports / "metrics.json", FOLDERS.reports / "per_class.csv", *figures],
        runs_dir=RUNS_DIR,
    )
    link = runs_link(parent.experiment_id)
    run = Run(current_invocation().name or "repro", parent.link, link)
    others = earlier_results(parents, flatten(params), metrics)
    page = write_page(config, FOLDERS, results, store, others=others, run=run)
    print(describe(results, page, run))


if __name__ == "__main__":
    main()
