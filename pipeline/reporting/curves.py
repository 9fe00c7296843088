"""Learning curves as training wrote them, ``models/<stream>/<phase>.csv`` and ``joint.csv``."""

import csv
from dataclasses import dataclass
from pathlib import Path

PHASES = ("pretrain", "train")


@dataclass(frozen=True)
class Curve:
    """One stream's phase: columns by name, each a list of (epoch, value) where it has a value."""

    stream: str
    phase: str
    columns: dict[str, list[tuple[float, float]]]


def read_curves(models_dir: Path, streams: tuple[str, ...]) -> list[Curve]:
    """Read the curves of all phases that trained; a phase that passed through has no rows."""
    paths = {
        (stream, phase): models_dir / stream / f"{phase}.csv"
        for stream in streams
        for phase in PHASES
    }
    paths["joint", "train"] = models_dir / "joint.csv"
    return [
        Curve(stream, phase, columns)
        for (stream, phase), path in paths.items()
        if path.is_file() and (columns := _columns(path))
    ]


def _columns(path: Path) -> dict[str, list[tuple[float, float]]]:
    columns: dict[str, list[tuple[float, float]]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name, value in row.items():
                if name != "epoch" and value:
                    columns.setdefault(name, []).append((float(row["epoch"]), float(value)))
    return columns
