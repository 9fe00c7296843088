"""Metrics, figures and the page; closes the invocation's run: ``python -m stages.report``."""

import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pipeline.clips.store import ClipStore
from pipeline.params import read_section, read_yaml
from pipeline.reporting.content import Run, Surroundings
from pipeline.reporting.fingerprint import gather_fingerprint
from pipeline.reporting.image_sample import sample_images
from pipeline.reporting.measuring import Folders, measure_run
from pipeline.reporting.metrics_file import flat_metrics
from pipeline.reporting.params import ReportConfig
from pipeline.reporting.report import describe, write_figures, write_page, write_plots
from pipeline.reporting.results import EarlierRun, earlier_results
from pipeline.tracking.parent import flatten
from pipeline.tracking.summary import close_parent, finished_parents, report_parent, runs_link
from stages.environment import read_environment
from stages.tracked import RUNS_DIR, current_invocation, dataset_name, tracking_store

FOLDERS = Folders(data=Path("data"), models=Path("models"), reports=Path("reports"))
TABLES = (
    *("metrics.json", "per_class.csv", "gaze_quality.json", "quarantine.json"),
    *("gaze_metrics_rgb.json", "gaze_metrics_flow.json"),
)
"""Files of ``reports`` that the tracking store keeps beside the page and the figures."""
PACKAGES = ("torch", "numpy", "opencv-contrib-python-headless", "av", "h5py")


def main() -> None:
    """Write ``reports/``, tell the tracking store, and print the accuracies."""
    config = read_section(Path("data/config/report.yaml"), ReportConfig)
    clips = ClipStore(FOLDERS.data / "clips", "rgb")
    sample = sample_images(FOLDERS.data, Path(config.root), config.sample_seed)
    versions = {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}
    prints = gather_fingerprint(config, FOLDERS.data, FOLDERS.models, versions, sample)
    labels = np.array([clips.clips[number].action for number in clips.of_part("train")], np.int64)
    results = measure_run(config, FOLDERS, labels, prints)
    params, metrics = read_yaml(Path("params.yaml")), flat_metrics(results.record)
    store, dataset, invocation = tracking_store(), dataset_name(), current_invocation()
    parent = report_parent(
        store,
        dataset=dataset,
        invocation=invocation,
        params=params,
        metrics=metrics,
        runs_dir=RUNS_DIR,
    )
    runs = [EarlierRun(**vars(run)) for run in finished_parents(store, dataset)]
    run = Run(invocation.name or "repro", parent.link, runs_link(store, parent.experiment_id))
    others = earlier_results(runs, flatten(params), metrics)
    memo = read_environment().memo
    around = Surroundings(clips, sample, others, flatten(params), run, memo)
    files = [write_page(config, FOLDERS, results, around), *write_figures(FOLDERS, results)]
    files += [path for name in TABLES if (path := FOLDERS.reports / name).is_file()]
    close_parent(store, parent, metrics=metrics, files=files, runs_dir=RUNS_DIR)
    write_plots(FOLDERS, results)
    print(describe(results, files[0], run))


if __name__ == "__main__":
    main()
