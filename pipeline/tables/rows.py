"""The index's tables as CSV: fixed columns, atomic, the same bytes for the same rows."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.atomic import atomic_write


class TableError(ValueError):
    """A table of the index is absent, or is another one than expected."""


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Write a table with its header, even where it has no rows."""
    with atomic_write(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a table that `write_rows` wrote.

    Raises:
        TableError: the file is absent, or its columns are others.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except FileNotFoundError:
        raise TableError(f"{path}: no such file; run `dvc repro index`") from None
    if list(reader.fieldnames or []) != list(columns):
        raise TableError(
            f"{path}: found the columns {reader.fieldnames}, expected {list(columns)}; "
            f"run `dvc repro index`"
        )
    return rows
