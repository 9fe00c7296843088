"""Data for ``dvc plots show``: one row a test clip for DVC's confusion template, and the curves.

DVC draws a line for a column of a file and fails where one is absent, so that each line has a file
of its own, which is empty where nothing was trained or validated.
"""

import csv
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
from jaxtyping import Int

from pipeline.atomic import atomic_write
from pipeline.reporting.curves import Curve

PHASES = {"pretrain": ("rgb", "flow"), "train": ("rgb", "flow", "joint")}
"""Streams of each phase."""
PARTS = {"train": "training", "val": "validation"}
PREFIXES = {"pretrain": "first_", "train": ""}
"""What a file's name says of the phase."""


def write_confusion(
    path: Path,
    labels: Int[np.ndarray, " N"],
    named: Int[np.ndarray, " N"],
    names: Sequence[str],
) -> None:
    """Write the true and the named class of each test clip, in words."""
    rows = zip(labels.tolist(), named.tolist(), strict=True)
    _write(path, ("actual", "named"), [(names[true], names[guess]) for true, guess in rows])


def write_curves(plots_dir: Path, curves: Sequence[Curve]) -> None:
    """Write ``<phase><stream>_<part>.csv`` with a row for each epoch that was measured."""
    columns_of = {(curve.phase, curve.stream): curve.columns for curve in curves}
    for phase, streams in PHASES.items():
        for stream, (part, words) in product(streams, PARTS.items()):
            columns = columns_of.get((phase, stream), {})
            losses = columns.get(f"{part}/loss", [])
            accuracies = dict(columns.get(f"{part}/top1", []))
            rows = [(epoch, loss, accuracies.get(epoch, "")) for epoch, loss in losses]
            path = plots_dir / f"{PREFIXES[phase]}{stream}_{words}.csv"
            _write(path, ("epoch", "loss", "accuracy"), rows)


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with atomic_write(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
