"""Time and accuracy of all cases on one set of pairs, each pair by one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from benchmarks.flow.cases import BASELINE, Case, Cost, compute_timed, runs_on_device
from benchmarks.flow.energy import measure_energy
from benchmarks.flow.rows import Row
from benchmarks.flow.scenes import Pair
from pipeline.flow.params import PRESETS
from pipeline.progress import Progress

PAIRS_OF_A_DEVICE_CALL = 64
"""A device gets the set at once, repeated up to this number, or it would wait for the host."""


@dataclass(frozen=True)
class Run:
    """A pair's flow, and what it cost."""

    flow: Float32[np.ndarray, "H W 2"]
    cost: Cost


def measure_set(
    name: str, pairs: Sequence[Pair], cases: Sequence[Case], progress: Progress
) -> list[Row]:
    """Return a row for each preset and case, the baseline's first."""
    rows = []
    for preset in PRESETS:
        runs = _run_interleaved(pairs, cases, preset, progress)
        place = name, preset
        rows += [_summarise(place, case, pairs, runs[case], runs[BASELINE]) for case in cases]
    return rows


def _run_interleaved(
    pairs: Sequence[Pair], cases: Sequence[Case], preset: str, progress: Progress
) -> dict[Case, list[Run]]:
    """Run all cases on a pair before the next pair, so that a busy machine slows all alike."""
    runs: dict[Case, list[Run]] = {case: [] for case in cases}
    for pair in pairs:
        for case in cases:
            if not runs_on_device(case.backend):
                flow, cost = compute_timed(case, pair.images[None], preset, 1)
                runs[case].append(Run(flow[0], cost))
        progress.advance(note=f"{pair.name}, {preset}")
    for case in cases:
        if runs_on_device(case.backend):
            runs[case] = _run_on_device(pairs, case, preset)
    return runs


def _run_on_device(pairs: Sequence[Pair], case: Case, preset: str) -> list[Run]:
    repeated = np.resize(np.arange(len(pairs)), max(PAIRS_OF_A_DEVICE_CALL, len(pairs)))
    images = np.stack([pair.images for pair in pairs])[repeated]
    compute_timed(case, images, preset, 1)  # memory of this batch
    flow, cost = compute_timed(case, images, preset, 1)
    each = Cost(cost.cpu_ms / len(images), cost.wall_ms / len(images))
    return [Run(flow[number], each) for number in range(len(pairs))]


def _summarise(
    place: tuple[str, str],
    case: Case,
    pairs: Sequence[Pair],
    runs: Sequence[Run],
    baseline: Sequence[Run],
) -> Row:
    """Compare a case with the baseline on the same pairs."""
    name, preset = place
    is_on_device = runs_on_device(case.backend)
    cpu, wall = ([getattr(run.cost, key) for run in runs] for key in ("cpu_ms", "wall_ms"))
    times = np.array(wall if is_on_device else cpu)
    baseline_times = np.array([run.cost.cpu_ms for run in baseline])
    errors, baseline_errors = _errors(pairs, runs), _errors(pairs, baseline)
    distances = _distances(runs, baseline)
    lambda_ = PRESETS[preset].lambda_
    return Row(
        set=name,
        preset=preset,
        case=case,
        pairs=len(runs),
        clock="wall" if is_on_device else "cpu",
        ms_per_pair=times.mean(),
        cpu_ms_per_pair=np.mean(cpu),
        wall_ms_per_pair=np.mean(wall),
        opencv_ms_per_pair=baseline_times.mean(),
        ratio_to_opencv=baseline_times.sum() / times.sum(),
        ratio_of_each_pair=list(baseline_times / times),
        epe=None if errors is None else errors.mean(),
        epe_of_opencv=None if baseline_errors is None else baseline_errors.mean(),
        above_1px=None if errors is None else (errors > 1).mean(),
        above_1px_of_opencv=None if baseline_errors is None else (baseline_errors > 1).mean(),
        distance_to_opencv=distances.mean(),
        distance_p99=np.percentile(distances, 99),
        energy=_energy(pairs, [run.flow for run in runs], lambda_),
        energy_of_opencv=_energy(pairs, [run.flow for run in baseline], lambda_),
        energy_of_truth=_energy_of_truth(pairs, lambda_),
    )


def _errors(pairs: Sequence[Pair], runs: Sequence[Run]) -> Float32[np.ndarray, " P"] | None:
    """Return the end-point error of every scored pixel; None where the flow is not known."""
    errors = [
        np.linalg.norm(run.flow - pair.truth.flow, axis=-1)[pair.truth.is_scored]
        for pair, run in zip(pairs, runs, strict=True)
        if pair.truth is not None
    ]
    return np.concatenate(errors) if errors else None


def _distances(runs: Sequence[Run], baseline: Sequence[Run]) -> Float32[np.ndarray, "N H W"]:
    flows, others = (np.stack([run.flow for run in side]) for side in (runs, baseline))
    return np.linalg.norm(flows - others, axis=-1)


def _energy(
    pairs: Sequence[Pair], flows: Sequence[Float32[np.ndarray, "H W 2"]], lambda_: float
) -> float:
    both = zip(pairs, flows, strict=True)
    return float(np.mean([measure_energy(pair.images, flow, lambda_) for pair, flow in both]))


def _energy_of_truth(pairs: Sequence[Pair], lambda_: float) -> float | None:
    energies = [
        measure_energy(pair.images, pair.truth.flow, lambda_)
        for pair in pairs
        if pair.truth is not None
    ]
    return float(np.mean(energies)) if energies else None
