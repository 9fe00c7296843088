"""TV-L1: every backend that is present against OpenCV's, on the same pairs in one run.

    python -m benchmarks.flow [--pairs 8] [--sets medium] [--backends numba] [--out flow.json]

Prints a table, and writes ``benchmarks/results/flow.json`` and ``flow.png``. Three sets have a
known flow, at 320x240: small (below 2 px), medium (2 to 8 px), large (8 to 25 px). The set kitchen
has neighbouring frames of the rendered videos. OpenCV is always run. Share of a GPU's roofline:
``python -m benchmarks.flow_gpu``.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.flow.accuracy import measure_set
from benchmarks.flow.cases import Case, list_cases, main_cases, warm_up
from benchmarks.flow.kitchen import render_kitchen_pairs
from benchmarks.flow.plot import plot_rows
from benchmarks.flow.rows import HEADLINE, Row, compare_presets, find_row, headline
from benchmarks.flow.scaling import Rate, measure_batches, measure_crews
from benchmarks.flow.scenes import MARGIN_PIXELS, SPEEDS, Pair, draw_pairs
from benchmarks.flow.start import Start, measure_start
from benchmarks.flow.table import (
    format_batches,
    format_crews,
    format_rows,
    format_start,
    format_wide,
)
from benchmarks.flow.textures import read_stills
from benchmarks.machine import describe_machine
from pipeline.flow.backends import BACKENDS
from pipeline.flow.params import PRESETS
from pipeline.progress import Progress

REPOSITORY = Path(__file__).resolve().parents[2]
STILLS = REPOSITORY.parent / "shared" / "real_clips"
SIZE = (240, 320)
SETS = (*SPEEDS, "kitchen")
PARTS = ("start", "batches", "crews")


@dataclass(frozen=True)
class Speed:
    """What is measured beside accuracy, by backend; empty where it was not asked for."""

    start: dict[str, Start]
    batches: dict[str, dict[str, float]]
    crews: dict[str, dict[str, Rate]]


def main() -> None:
    arguments = parse_arguments()
    cases = list_cases(arguments.backends)
    sets = draw_sets(arguments.sets, arguments.pairs, arguments.stills, arguments.seed)
    machine = describe_machine()
    rows = measure_accuracy(sets, cases)
    speed = measure_speed(rows, sets, cases, arguments.parts)
    results = {
        "backends": headline(rows, cases),
        "absent": absent(),
        "rows": rows,
        "wide_against_opencv": compare_presets(rows),
        **vars(speed),
        "sets": {name: describe_set(pairs) for name, pairs in sets.items()},
        "presets": PRESETS,
        "machine": machine,
        "date": arguments.date,
        "seed": arguments.seed,
        "stills": sorted(path.name for path in arguments.stills.glob("*.mp4")),
    }
    plot_path = arguments.out.with_suffix(".png")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(readable(results), indent=1) + "\n", encoding="utf-8")
    plot_rows(rows, str(machine["processor"]), plot_path)
    print(report(rows, speed), f"{arguments.out}, {plot_path}", sep="\n\n")


def report(rows: Sequence[Row], speed: Speed) -> str:
    """Return all findings as text."""
    texts = [format_rows(rows), format_wide(compare_presets(rows))]
    texts += [format_start(speed.start)] if speed.start else []
    texts += [format_batches(speed.batches)] if speed.batches else []
    texts += [format_crews(speed.crews)] if speed.crews else []
    texts += [f"absent: {name}, {reason}" for name, reason in absent().items()]
    return "\n\n".join(texts)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.flow",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--pairs", type=int, default=8, help="of each set (8)")
    add("--sets", nargs="+", choices=SETS, default=SETS)
    add("--backends", nargs="+", choices=BACKENDS, default=list(BACKENDS))
    add("--parts", nargs="*", choices=PARTS, default=PARTS, help="what to measure beside accuracy")
    add("--out", type=Path, default=REPOSITORY / "benchmarks" / "results" / "flow.json")
    add("--stills", type=Path, default=STILLS, help="videos to paint layers with, if any")
    add("--seed", type=int, default=1)
    add("--date", default=datetime.now(UTC).date().isoformat())
    return parser.parse_args()


def draw_sets(
    names: Sequence[str], count: int, stills_dir: Path, seed: int
) -> dict[str, list[Pair]]:
    """Draw ``count`` pairs of each set."""
    stills = read_stills(stills_dir, *(side + 2 * MARGIN_PIXELS for side in SIZE))
    with Progress("pairs", len(names), "set") as progress:
        sets = {}
        for name in names:
            if name in SPEEDS:
                sets[name] = draw_pairs(name, count, SIZE, stills, seed)
            else:
                sets[name] = render_kitchen_pairs(count, SIZE, seed)
            progress.advance(note=name)
    return sets


def measure_accuracy(sets: dict[str, list[Pair]], cases: Sequence[Case]) -> list[Row]:
    some_pairs = stack(next(iter(sets.values())))
    for case, preset in product(cases, PRESETS):
        warm_up(case, some_pairs, preset)
    total = len(PRESETS) * sum(map(len, sets.values()))
    with Progress("flow", total, "pair") as progress:
        return [row for name in sets for row in measure_set(name, sets[name], cases, progress)]


def measure_speed(
    rows: Sequence[Row], sets: dict[str, list[Pair]], cases: Sequence[Case], parts: Sequence[str]
) -> Speed:
    """Measure start, batches and crews on the headline's pairs, or on the first set's."""
    name = HEADLINE[0] if HEADLINE[0] in sets else next(iter(sets))
    pairs = stack(sets[name])
    chosen = main_cases(cases)
    speed = Speed({}, {}, {})
    with Progress("start, batches and crews", len(chosen), "backend") as progress:
        for case in chosen:
            row = find_row(rows, case, name, HEADLINE[1])
            ms, on_device = row.ms_per_pair, row.clock == "wall"
            if "start" in parts:
                speed.start[case.backend] = measure_start(case, pairs[:2])
            if "batches" in parts:
                speed.batches[case.backend] = measure_batches(case, pairs, ms)
            if "crews" in parts and not on_device:
                speed.crews[case.backend] = measure_crews(case, pairs, ms)
            progress.advance(note=case.backend)
    return speed


def describe_set(pairs: Sequence[Pair]) -> dict[str, object]:
    """Return the size of a set and, where the flow is known, its speeds in pixels."""
    truths = [pair.truth for pair in pairs if pair.truth is not None]
    facts: dict[str, object] = {"pairs": len(pairs), "height": SIZE[0], "width": SIZE[1]}
    if truths:
        speeds = np.stack([np.linalg.norm(truth.flow, axis=-1) for truth in truths])
        shares = [truth.is_scored.mean() for truth in truths]
        quantiles = np.percentile(speeds, [0, 50, 100])
        facts |= {"speeds_min_median_max": list(quantiles), "scored_share": np.mean(shares)}
    return facts


def stack(pairs: Sequence[Pair]) -> np.ndarray:
    return np.stack([pair.images for pair in pairs])


def absent() -> dict[str, str]:
    """Return why backends are not here, by name."""
    reasons = {name: backend.why_absent() for name, backend in BACKENDS.items()}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def readable(value: object) -> object:
    """Return a tree of results with numbers of four digits, as JSON can hold them."""
    if is_dataclass(value) and not isinstance(value, type):
        return readable(asdict(value))
    if isinstance(value, dict):
        return {key: readable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [readable(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.4g}")
    return value


if __name__ == "__main__":
    main()
