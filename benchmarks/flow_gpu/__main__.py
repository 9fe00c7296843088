"""TV-L1 on a GPU: rates, the work behind them, and shares of the device's ceilings.

    python -m benchmarks.flow_gpu [--pairs 512] [--torch-pairs 64] [--out flow_gpu.json] [--tune]

Needs a CUDA device, torch, numpy and cuda-bindings. Prints a table and writes
``benchmarks/results/flow_gpu.json``; without a device it says so and ends with 1. ``--tune`` tries
other tilings and numbers of slots too.
"""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from pipeline.flow import cuda_tvl1
from pipeline.flow.cuda_tvl1.tiling import TILING, Tiling
from pipeline.flow.errors import FlowError
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS

RESULT = Path(__file__).resolve().parents[1] / "results" / "flow_gpu.json"
HEIGHT, WIDTH = 240, 320
MOTION_PIXELS = 6.0
TILINGS = (
    Tiling(columns=3, rows=5, warps=12, halo=4, blocks=1),
    Tiling(columns=3, rows=5, warps=12, halo=8, blocks=1),
    Tiling(columns=3, rows=4, warps=15, halo=6, blocks=1),
    Tiling(columns=3, rows=4, warps=12, halo=6, blocks=1),
    Tiling(columns=3, rows=7, warps=8, halo=6, blocks=1),
    Tiling(columns=2, rows=6, warps=12, halo=6, blocks=1),
    Tiling(columns=3, rows=5, warps=6, halo=6, blocks=2),
    Tiling(columns=3, rows=5, warps=6, halo=4, blocks=2),
    Tiling(columns=2, rows=6, warps=8, halo=4, blocks=2),
    Tiling(columns=2, rows=4, warps=8, halo=4, blocks=2),
)
SLOTS = (0.5, 1.0, 2.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=512)
    parser.add_argument("--torch-pairs", type=int, default=64)
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--tune", action="store_true")
    arguments = parser.parse_args()
    absent = cuda_tvl1.why_absent()
    if absent is not None:
        print(f"no GPU to measure: {absent}", file=sys.stderr)
        return 1
    from benchmarks.flow_gpu.ceilings import find_ceilings
    from benchmarks.flow_gpu.measure import measure_row
    from benchmarks.flow_gpu.scenes import draw_scenes

    ceilings = find_ceilings()
    scenes = draw_scenes(arguments.pairs, HEIGHT, WIDTH, MOTION_PIXELS, seed=0)
    rows = [
        measure_row(
            (preset, semantics),
            PRESETS[preset],
            SEMANTICS[semantics],
            scenes,
            num_for_torch=arguments.torch_pairs,
            ceilings=ceilings,
        )
        for preset, semantics in product(PRESETS, SEMANTICS)
    ]
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "num_pairs": arguments.pairs,
        "size": [WIDTH, HEIGHT],
        "ceilings": asdict(ceilings),
        "rows": [asdict(row) for row in rows],
        "tuning": tune(scenes.pairs) if arguments.tune else [],
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print_table(result)
    return 0


def tune(pairs) -> list[dict[str, object]]:
    """Return the kernels' rate with other tilings, and with other numbers of slots."""
    from benchmarks.flow_gpu.measure import time_kernels

    tvl1, semantics = PRESETS["opencv"], SEMANTICS["opencv_cuda"]
    found = []
    for tiling, slots in [(TILING, n) for n in SLOTS] + [(tiling, 1.0) for tiling in TILINGS]:
        try:
            seconds, _ = time_kernels(pairs, tvl1, semantics, tiling, slots)
        except FlowError as error:  # too large for this device
            found.append(asdict(tiling) | {"slots": slots, "error": str(error)})
        else:
            found.append(asdict(tiling) | {"slots": slots, "kernels": len(pairs) / seconds})
    return found


def print_table(result: dict) -> None:
    ceilings = result["ceilings"]
    print(
        f"{ceilings['name']}: {ceilings['num_processors']} multiprocessors, "
        f"{ceilings['clock_hertz'] / 1e9:.2f} GHz, copy {ceilings['bytes_per_second'] / 1e12:.2f} "
        f"TB/s; {result['num_pairs']} pairs of {WIDTH}x{HEIGHT}; rates in pairs/s"
    )
    for row in result["rows"]:
        numbers = [f"{name} {row[name]:.4g}" for name in list(row)[2:]]
        print(f"{row['preset']}, {row['semantics']}: {', '.join(numbers)}")
    for trial in result["tuning"]:
        print(", ".join(f"{name} {value}" for name, value in trial.items()))


if __name__ == "__main__":
    sys.exit(main())
