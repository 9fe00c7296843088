"""Lists of what a stage could not use: each entry says what, where and why; pack sums them."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from pipeline.atomic import atomic_write


@dataclass(frozen=True)
class Quarantined:
    """A clip, a video (``clip`` empty) or a session (``video`` empty too) that is left out."""

    stage: str
    session: str
    clip: str
    video: str
    reason: str
    detail: str


def write_quarantine(path: Path, entries: Sequence[Quarantined]) -> None:
    """Write a stage's list, sorted, with its header even where it is empty."""
    names = [field.name for field in fields(Quarantined)]
    with atomic_write(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        rows = [asdict(entry) for entry in entries]
        writer.writerows(sorted(rows, key=lambda row: [row[name] for name in names]))


def read_quarantine(path: Path) -> list[Quarantined]:
    """Read a stage's list."""
    with path.open(newline="", encoding="utf-8") as file:
        return [Quarantined(**row) for row in csv.DictReader(file)]
