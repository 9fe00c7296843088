"""``reports/metrics.json`` and ``reports/per_class.csv``."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.atomic import atomic_write, write_text
from pipeline.evaluation.classes import Classes
from pipeline.evaluation.metrics import ClassRow
from pipeline.evaluation.summary import Accuracy


def metrics_record(
    accuracies: Mapping[str, Accuracy | None],
    *,
    chance: float,
    num_classes: int,
    num_clips: int,
    protocol: Mapping[str, object],
    fingerprint: Mapping[str, object],
) -> dict[str, object]:
    """Return what stands in ``metrics.json``.

    Args:
        accuracies: of ``rgb``, ``flow``, ``joint`` (None where the method has none) and ``fused``.
        chance: test accuracy of always naming the commonest training class.
        num_classes: classes of the data set, also those without a test clip.
        num_clips: test clips scored.
        protocol: how clips were seen, divided and averaged.
        fingerprint: what else would change the numbers.
    """
    streams = {
        name: accuracy.as_dict() if accuracy else None for name, accuracy in accuracies.items()
    }
    return {
        **streams,
        "chance": chance,
        "num_classes": num_classes,
        "num_clips": num_clips,
        "protocol": dict(protocol),
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
    """Return the numbers for the tracking store, named like ``test/fused/micro``."""
    flat: dict[str, float] = {}
    for name, value in record.items():
        if isinstance(value, dict) and name not in ("protocol", "fingerprint"):
            flat |= {
                f"test/{name}/{key}": share for key, share in value.items() if share is not None
            }
    flat["test/chance"] = float(str(record["chance"]))
    flat["test/clips"] = float(str(record["num_clips"]))
    return flat
