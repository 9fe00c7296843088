"""``reports/metrics.json`` and ``reports/per_class.csv``."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.atomic import atomic_write, write_text
from pipeline.evaluation.classes import Classes
from pipeline.evaluation.explain import MAP_TITLES
from pipeline.evaluation.metrics import ClassRow
from pipeline.evaluation.summary import Accuracy
from pipeline.nested import mapping_at
from pipeline.statistics.bootstrap import Interval

STREAMS = ("rgb", "flow", "joint", "fused")
"""Whose accuracies stand in the record, each under its name."""


def metrics_record(
    accuracies: Mapping[str, Accuracy | None],
    intervals: Mapping[str, Mapping[str, Interval | None] | None],
    *,
    chance: float,
    num_classes: int,
    num_clips: int,
    protocol: Mapping[str, object],
    overlap: Mapping[str, object],
    fingerprint: Mapping[str, object],
    gaze: Mapping[str, Mapping[str, Mapping[str, float]] | None],
) -> dict[str, object]:
    """Return what stands in ``metrics.json``.

    Args:
        accuracies: of ``rgb``, ``flow``, ``joint`` (None where the method has none) and ``fused``.
        intervals: the accuracies' 95 % intervals by the same names; None with a single session.
        chance: test accuracy of always naming the commonest training class.
        num_classes: classes of the data set, also those without a test clip.
        num_clips: test clips scored.
        protocol: how clips were seen, divided and averaged.
        overlap: what the test part shares with training, as index counted.
        fingerprint: what else would change the numbers.
        gaze: of each stream `gaze_means`.
    """
    streams = {
        name: accuracy.as_dict() if accuracy else None for name, accuracy in accuracies.items()
    }
    return {
        **streams,
        "chance": chance,
        "num_classes": num_classes,
        "num_clips": num_clips,
        "intervals": intervals,
        "gaze": gaze,
        "protocol": dict(protocol),
        "overlap": dict(overlap),
        "fingerprint": dict(fingerprint),
    }


def write_metrics(path: Path, record: Mapping[str, object]) -> None:
    """Write the metrics as JSON with sorted keys in each group."""
    write_text(path, json.dumps(record, indent=1, allow_nan=False) + "\n")


def write_class_table(path: Path, rows: Sequence[ClassRow], classes: Classes) -> None:
    """Write one line a class; recall and precision are empty where they are not defined."""
    header = ["class", "name", "num_clips", "num_predicted", "num_correct", "recall", "precision"]
    with atomic_write(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            shares = [
                "" if share is None else f"{share:.6f}" for share in (row.recall, row.precision)
            ]
            counts = [row.num_clips, row.num_predicted, row.num_correct]
            writer.writerow([row.class_id, classes.names[row.class_id], *counts, *shares])


def flat_metrics(record: Mapping[str, object]) -> dict[str, float]:
    """Return the numbers for the tracking store, named like ``test/fused/micro``.

    Intervals are ``interval/fused/micro_low`` and ``…_high``, gaze metrics of a stream's maps
    ``gaze/rgb/attention/nss``; baselines stand in the stage's own run.
    """
    flat: dict[str, float] = {}
    for name in STREAMS:
        flat |= _leaves(f"test/{name}", record[name])
    flat |= _leaves("interval", record.get("intervals"))
    gaze = dict(_leaves("gaze", record.get("gaze")))
    flat |= {name: mean for name, mean in gaze.items() if name.split("/")[2] in MAP_TITLES}
    flat["test/chance"] = float(str(record["chance"]))
    flat["test/clips"] = float(str(record["num_clips"]))
    return flat


def interval_name(stream: str, metric: str, end: str) -> str:
    """Return what the tracking store calls one end, low or high, of an interval."""
    return f"interval/{stream}/{metric}_{end}"


def gaze_means(summary: Mapping[str, object]) -> dict[str, dict[str, float]] | None:
    """Return the mean of each gaze metric by kind of map; None where there are no numbers.

    summary: content of ``reports/gaze_metrics_<stream>.json``.
    """
    kinds = mapping_at(summary.get("kinds"))
    means = {
        kind: {
            name: float(str(mapping_at(metric)["mean"]))
            for name, metric in mapping_at(mapping_at(own).get("metrics")).items()
            if metric is not None
        }
        for kind, own in kinds.items()
    }
    return means or None


def _leaves(name: str, value: object) -> Iterator[tuple[str, float]]:
    """Yield the numbers below a name; both ends of an interval; nothing where there is none."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(f"{name}/{key}", inner)
    elif isinstance(value, Sequence):
        for end, number in zip(Interval._fields, value, strict=True):
            yield f"{name}_{end}", float(number)
    elif isinstance(value, int | float):
        yield name, float(value)
