"""Everything the stage report makes: numbers first, then the page that shows them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from pipeline.atomic import atomic_write, write_text
from pipeline.evaluation.classes import Classes, read_classes
from pipeline.evaluation.explain import read_maps
from pipeline.evaluation.metrics import (
    chance_accuracy,
    class_table,
    confusion_matrix,
    top_actions,
)
from pipeline.evaluation.scores import Scores, read_scores
from pipeline.evaluation.summary import Accuracy, measure
from pipeline.quarantine import read_quarantine
from pipeline.reporting.console import result_lines
from pipeline.reporting.curves import read_curves
from pipeline.reporting.figures import draw_confusion, draw_curves
from pipeline.reporting.fingerprint import gather_fingerprint
from pipeline.reporting.gallery import GazedImages, choose_clips, make_gallery
from pipeline.reporting.metrics_file import metrics_record, write_class_table, write_metrics
from pipeline.reporting.page import PageContent, render_page
from pipeline.reporting.params import ReportConfig
from pipeline.reporting.results import ResultRow, arrange
from pipeline.reporting.theme import LIGHT

STREAMS = ("rgb", "flow", "joint", "fused")
ATTENTION_STREAMS = ("rgb", "flow")


@dataclass(frozen=True)
class Folders:
    """Where the report reads and writes: ``data``, ``models`` and ``reports``."""

    data: Path
    models: Path
    reports: Path


@dataclass(frozen=True)
class Run:
    """This run in the tracking store: its name, its address, and that of the table of runs."""

    name: str
    link: str
    all_runs_link: str


@dataclass(frozen=True)
class Results:
    """The numbers of a run.

    Args:
        accuracies: of the test part by stream; None where a stream does not exist.
        chance: accuracy of the commonest training class.
        test: fused scores of the test clips.
        classes: the class table.
        confusion: counts of the fused scores, (K, K).
        record: what stands in ``metrics.json``.
    """

    accuracies: dict[str, Accuracy | None]
    chance: float
    test: Scores
    classes: Classes
    confusion: Int[np.ndarray, "K K"]
    record: dict[str, object]


def measure_run(
    config: ReportConfig,
    folders: Folders,
    training_labels: Int[np.ndarray, " M"],
    versions: Mapping[str, str],
) -> Results:
    """Measure all streams, and write ``metrics.json`` and ``per_class.csv``.

    Args:
        config: the run's facts.
        folders: where to read and write.
        training_labels: actions of the training clips, whose commonest gives chance.
        versions: of packages, for the fingerprint.
    """
    classes = read_classes(folders.data / "index" / "classes.csv")
    scores = {name: read_scores(folders.data / "scores" / f"{name}.h5") for name in STREAMS}
    tests = {name: of_stream.of("test") for name, of_stream in scores.items()}
    absent_as_zero = config.missing_classes == "zero"
    accuracies = {
        name: None
        if not len(test.clips)
        else measure(test, classes, missing_counts_as_zero=absent_as_zero)
        for name, test in tests.items()
    }
    fused = tests["fused"]
    chance = chance_accuracy(training_labels, fused.labels)
    record = metrics_record(
        accuracies,
        chance=chance,
        num_classes=len(classes.names),
        num_clips=len(fused.clips),
        protocol=_protocol(config, fused),
        fingerprint=gather_fingerprint(config, folders.data, folders.models, versions),
    )
    confusion = confusion_matrix(top_actions(fused.logits), fused.labels, len(classes.names))
    write_metrics(folders.reports / "metrics.json", record)
    write_class_table(folders.reports / "per_class.csv", class_table(confusion), classes)
    return Results(accuracies, chance, fused, classes, confusion, record)


def describe(results: Results, page: Path, run: Run) -> str:
    """Return what the stage prints: the accuracies, and where to look."""
    table = result_lines(
        results.accuracies,
        chance=results.chance,
        num_clips=len(results.test.clips),
        num_classes=len(results.classes.names),
    )
    return f"\n{table}\n\nReport  {page}\nRuns    {run.all_runs_link}  (after `make ui`)\n"


def write_figures(folders: Folders, results: Results) -> list[Path]:
    """Write ``figures/confusion.png`` and, where anything was trained, ``figures/curves.png``."""
    figures_dir = folders.reports / "figures"
    figures = {"confusion.png": draw_confusion(results.confusion, results.classes.names, LIGHT)}
    if curves := read_curves(folders.models, ATTENTION_STREAMS):
        figures["curves.png"] = draw_curves(curves, LIGHT)
    for name, content in figures.items():
        with atomic_write(figures_dir / name) as part:
            part.write_bytes(content)
    return [figures_dir / name for name in figures]


def write_page(
    config: ReportConfig,
    folders: Folders,
    results: Results,
    store: GazedImages,
    *,
    others: Sequence[ResultRow],
    run: Run,
) -> Path:
    """Write ``reports/index.html``.

    Args:
        config: the run's facts and what to show.
        folders: where to read and write.
        results: of `measure_run`.
        store: RGB clips with gaze, for the pictures.
        others: earlier results with another attention.
        run: this run in the tracking store.
    """
    chosen = choose_clips(results.test, config.overlay_clips, config.overlay_seed)
    names = chosen.clips.tolist()
    attention = {
        stream: read_maps(folders.data / "explain" / f"{stream}.h5", names)
        for stream in ATTENTION_STREAMS
    }
    content = PageContent(
        config=config,
        accuracies=results.accuracies,
        chance=results.chance,
        confusion=results.confusion,
        classes=results.classes,
        results=arrange(_row(config.attention, results, run), others),
        curves=read_curves(folders.models, ATTENTION_STREAMS),
        gallery=make_gallery(store, chosen, attention),
        gaze_quality=_read_json(folders.reports / "gaze_quality.json"),
        quarantine=[
            entry
            for path in sorted((folders.data / "quarantine").glob("*.csv"))
            for entry in read_quarantine(path)
        ],
        protocol=_protocol(config, results.test),
        fingerprint=_mapping(results.record["fingerprint"]),
        runs_link=run.all_runs_link,
    )
    path = folders.reports / "index.html"
    write_text(path, render_page(content))
    return path


def _row(attention: str, results: Results, run: Run) -> ResultRow:
    known = {name: accuracy for name, accuracy in results.accuracies.items() if accuracy}
    return ResultRow(
        attention=attention,
        micro={name: accuracy.micro for name, accuracy in known.items()},
        macro={name: accuracy.macro for name, accuracy in known.items()},
        run=run.name,
        link=run.link,
        is_this_run=True,
    )


def _protocol(config: ReportConfig, fused: Scores) -> dict[str, object]:
    division = {"split": config.split, "validation": config.validation}
    return {**division, **fused.protocol, "missing_classes": config.missing_classes}


def _read_json(path: Path) -> dict[str, object]:
    return _mapping(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
