"""What each network costs, beside what papers say: parameters, GFLOPs and time of a clip.

    python -m benchmarks.models [--latency] [--parts papers w3 grid] [--only stam] [--out a.json]

Prints tables, and writes ``benchmarks/results/models.json`` and ``models.png``. Part ``papers`` has
the published networks, ``w3`` the choices that W3's paper leaves open, ``grid`` every attention on
every backbone. Nothing is computed but with ``--latency``, which takes minutes on an idle machine.
"""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch

from benchmarks.machine import describe_machine
from benchmarks.models.cases import Case
from benchmarks.models.grid import grid_cases
from benchmarks.models.latency import Clock, list_clocks
from benchmarks.models.papers import PAPERS
from benchmarks.models.plot import plot_rows
from benchmarks.models.rows import Refused, Row, describe, measure, try_to_measure
from benchmarks.models.table import LEGEND, format_grid, format_options, format_papers
from benchmarks.models.w3_options import BASELINE, CBAM, W3_OPTIONS
from pipeline.progress import Progress

RESULT = Path(__file__).resolve().parents[1] / "results" / "models.json"
PARTS = ("papers", "w3", "grid")


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(1)
    clocks = list_clocks(arguments.repeats) if arguments.latency else []
    parts = {name: choose(name, arguments.only) for name in arguments.parts}
    found = {name: measure_all(name, cases, clocks) for name, cases in parts.items()}
    rows = {name: [each for each in part if isinstance(each, Row)] for name, part in found.items()}
    refused = [each for part in found.values() for each in part if isinstance(each, Refused)]
    results = {
        "date": arguments.date,
        "machine": describe_machine(),
        "threads": torch.get_num_threads(),
        "repeats": arguments.repeats if arguments.latency else 0,
        **{name: [describe(row) for row in part] for name, part in rows.items()},
        "refused": {each.case.name: each.reason for each in refused},
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    plot_path = arguments.out.with_suffix(".png")
    plot_rows(rows.get("grid") or [row for part in rows.values() for row in part], plot_path)
    print(report(rows, refused), f"{arguments.out}, {plot_path}", sep="\n\n")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.models",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--parts", nargs="+", choices=PARTS, default=PARTS)
    add("--only", default="", help="rows whose names contain this")
    add("--latency", action="store_true", help="time each network too")
    add("--repeats", type=int, default=5, help="clips of which the median time counts (5)")
    add("--out", type=Path, default=RESULT)
    add("--date", default=datetime.now(UTC).date().isoformat())
    return parser.parse_args()


def choose(part: str, only: str) -> list[Case]:
    """Return a part's cases; W3's options are compared with each other, so they stay together."""
    if part == "w3":
        return [BASELINE, CBAM, *W3_OPTIONS]
    cases = PAPERS if part == "papers" else grid_cases()
    return [case for case in cases if only in case.name]


def measure_all(part: str, cases: Sequence[Case], clocks: Sequence[Clock]) -> list[Row | Refused]:
    """Measure; only a part that tries everything may meet pairs that make no sense."""
    take = try_to_measure if part == "grid" else measure
    found = []
    with Progress(part, len(cases), "network") as progress:
        for case in cases:
            found.append(take(case, clocks))
            progress.advance(note=case.name)
    return found


def report(rows: dict[str, list[Row]], refused: Sequence[Refused]) -> str:
    """Return all findings as text."""
    texts = []
    if "papers" in rows:
        texts.append(format_papers(rows["papers"]))
    if "w3" in rows:
        texts.append(format_options(rows["w3"]))
    if "grid" in rows:
        texts.append(format_grid(rows["grid"], refused))
    return "\n\n".join([*texts, LEGEND])


if __name__ == "__main__":
    main()
