"""The numbers of a run, from the files that the stages before left: ``reports/metrics.json``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from pipeline.evaluation.classes import Classes, read_classes
from pipeline.evaluation.metrics import (
    chance_accuracy,
    class_table,
    confusion_matrix,
    top_actions,
)
from pipeline.evaluation.scores import Scores, read_scores
from pipeline.evaluation.summary import Accuracy, measure
from pipeline.nested import mapping_at
from pipeline.reporting.metrics_file import (
    STREAMS,
    gaze_means,
    metrics_record,
    write_class_table,
    write_metrics,
)
from pipeline.reporting.params import ReportConfig
from pipeline.statistics.accuracies import accuracy_intervals, tally_accuracies
from pipeline.statistics.bootstrap import Interval
from pipeline.tables.clips import read_clips

MAP_STREAMS = ("rgb", "flow")
"""Streams that may have maps, and curves of their own."""


@dataclass(frozen=True)
class Folders:
    """Where the report reads and writes: ``data``, ``models`` and ``reports``."""

    data: Path
    models: Path
    reports: Path


@dataclass(frozen=True)
class Results:
    """The numbers of a run.

    Args:
        accuracies: of the test part by stream; None where a stream does not exist.
        intervals: 95 %, by stream and accuracy; None where there is a single session.
        chance: accuracy of the commonest training class.
        tests: scores of the test clips by stream; no clips where a stream does not exist.
        classes: the class table.
        confusion: counts of the fused scores, (K, K).
        gaze_metrics: content of ``gaze_metrics_<stream>.json`` by stream; empty where absent.
        record: what stands in ``metrics.json``.
    """

    accuracies: dict[str, Accuracy | None]
    intervals: dict[str, Mapping[str, Interval | None] | None]
    chance: float
    tests: dict[str, Scores]
    classes: Classes
    confusion: Int[np.ndarray, "K K"]
    gaze_metrics: dict[str, dict[str, object]]
    record: dict[str, object]

    @property
    def test(self) -> Scores:
        """Return the fused scores of the test clips."""
        return self.tests["fused"]


def measure_run(
    config: ReportConfig,
    folders: Folders,
    training_labels: Int[np.ndarray, " M"],
    fingerprint: Mapping[str, object],
) -> Results:
    """Measure all streams, and write ``metrics.json`` and ``per_class.csv``.

    Args:
        config: the run's facts.
        folders: where to read and write.
        training_labels: actions of the training clips, whose commonest gives chance.
        fingerprint: what else than the protocol would change the numbers.
    """
    classes = read_classes(folders.data / "index" / "classes.csv")
    scores = {name: read_scores(folders.data / "scores" / f"{name}.h5") for name in STREAMS}
    tests = {name: of_stream.of("test") for name, of_stream in scores.items()}
    accuracies = {name: _measure(test, classes, config) for name, test in tests.items()}
    intervals = _intervals(tests, classes, config, folders)
    fused = tests["fused"]
    chance = chance_accuracy(training_labels, fused.labels)
    gaze = {
        stream: read_json(folders.reports / f"gaze_metrics_{stream}.json") for stream in MAP_STREAMS
    }
    record = metrics_record(
        accuracies,
        intervals,
        chance=chance,
        num_classes=len(classes.names),
        num_clips=len(fused.clips),
        protocol=_protocol(config, fused),
        overlap=_overlap(folders.data / "index" / "report.json"),
        fingerprint={**fingerprint, "gaze_metrics": _gaze_rules(gaze)},
        gaze={stream: gaze_means(summary) for stream, summary in gaze.items()},
    )
    confusion = confusion_matrix(top_actions(fused.logits), fused.labels, len(classes.names))
    write_metrics(folders.reports / "metrics.json", record)
    write_class_table(folders.reports / "per_class.csv", class_table(confusion), classes)
    return Results(accuracies, intervals, chance, tests, classes, confusion, gaze, record)


def read_json(path: Path) -> dict[str, object]:
    """Return a file's mapping; empty where there is no such file."""
    value = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return value if isinstance(value, dict) else {}


def _gaze_rules(gaze: Mapping[str, Mapping[str, object]]) -> object:
    """Return how gaze metrics are defined, and which gaze counted; None where there are none."""
    for summary in gaze.values():
        if definitions := summary.get("definitions"):
            return {"definitions": definitions, "gaze": summary.get("gaze")}
    return None


def _overlap(path: Path) -> Mapping[str, object]:
    """Return the counts of what test shares with training; empty where index left none."""
    return mapping_at(read_json(path), "audit", "test_in_train")


def _measure(test: Scores, classes: Classes, config: ReportConfig) -> Accuracy | None:
    if not len(test.clips):
        return None
    return measure(test, classes, missing_counts_as_zero=config.missing_classes == "zero")


def _intervals(
    tests: Mapping[str, Scores], classes: Classes, config: ReportConfig, folders: Folders
) -> dict[str, Mapping[str, Interval | None] | None]:
    """Return every accuracy's 95 % interval, sessions resampled; None for an absent stream."""
    clips = read_clips(folders.data / "index" / "clips.csv")
    session_of = {clip.clip: clip.session for clip in clips}
    found: dict[str, Mapping[str, Interval | None] | None] = dict.fromkeys(tests)
    for name, test in tests.items():
        if len(test.clips):
            tallies = tally_accuracies(
                test,
                [session_of[clip] for clip in test.clips.tolist()],
                classes,
                missing_counts_as_zero=config.missing_classes == "zero",
            )
            found[name] = accuracy_intervals(tallies, config.interval_seed)
    return found


def _protocol(config: ReportConfig, fused: Scores) -> dict[str, object]:
    return {
        "split": config.split,
        "split_seed": config.split_seed,
        "validation": config.validation,
        **fused.protocol,
        "missing_classes": config.missing_classes,
    }
