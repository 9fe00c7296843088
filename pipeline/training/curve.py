"""The learning curve: one row an epoch, kept as numbers and written as CSV."""

import csv
from collections.abc import Sequence
from pathlib import Path

from pipeline.atomic import atomic_write

Row = dict[str, int | float]
FIRST_COLUMNS = ("epoch", "iteration", "lr")


def curve_columns(terms: Sequence[str]) -> list[str]:
    """Return the columns of a phase with these terms."""
    trained = [f"train/{name}" for name in ("loss", *terms)]
    return [*FIRST_COLUMNS, *trained, "val/loss", "val/top1"]


def write_curve(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Write rows; a value that an epoch does not have stays empty."""
    with atomic_write(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_curve(path: Path) -> list[Row]:
    """Read what `write_curve` wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [{name: float(value) for name, value in row.items() if value} for row in rows]
