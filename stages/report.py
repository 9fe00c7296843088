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
from pipeline.reporting.results import EarlierRun, earlier_results
from pipeline.tracking.parent import flatten
from pipeline.tracking.summary import close_parent, finished_parents, report_parent, runs_link
from stages.tracked import RUNS_DIR, current_invocation, dataset_name, tracking_store

FOLDERS = Folders(data=Path("data"), models=Path("models"), reports=Path("reports"))
PACKAGES = ("torch", "numpy", "opencv-contrib-python-headless", "av", "h5py")


def main() -> None:
    """Write ``reports/``, tell the tracking store, and print the accuracies."""
    config = read_section(Path("data/config/report.yaml"), ReportConfig)
    clips = ClipStore(FOLDERS.data / "clips", "rgb")
    versions = {name: version(name) for name in PACKAGES}
    labels = np.array([clips.clips[number].action for number in clips.of_part("train")], np.int64)
    results = measure_run(config, FOLDERS, labels, versions | {"python": platform.python_version()})
    figures = write_figures(FOLDERS, results)
    params, metrics = read_yaml(Path("params.yaml")), flat_metrics(results.record)
    store, dataset, invocation = tracking_store(), dataset_name(), current_invocation()
    parent = report_parent(
        store, dataset=dataset, invocation=invocation, params=params, runs_dir=RUNS_DIR
    )
    earlier = [EarlierRun(**vars(run)) for run in finished_parents(store, dataset)]
    run = Run(invocation.name or "repro", parent.link, runs_link(parent.experiment_id))
    page = write_page(
        config,
        FOLDERS,
        results,
        clips,
        others=earlier_results(earlier, flatten(params), metrics),
        run=run,
    )
    files = [FOLDERS.reports / "metrics.json", FOLDERS.reports / "per_class.csv", *figures, page]
    close_parent(store, parent, metrics=metrics, files=files, runs_dir=RUNS_DIR)
    print(describe(results, page, run))


if __name__ == "__main__":
    main()
