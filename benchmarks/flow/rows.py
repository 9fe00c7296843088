"""The findings of a case on a set, and what is read off all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.flow.cases import Case, main_cases

HEADLINE = ("medium", "opencv")
"""The set and the preset that ``backends`` of the results has."""


@dataclass(frozen=True)
class Row:
    """One case on one set by one preset, and the baseline on the same pairs.

    Args:
        set: of pairs.
        preset: of ``PRESETS``.
        case: the backend and its semantics.
        pairs: how many were computed.
        clock: ``cpu`` time of one thread, or ``wall`` of a batch where a GPU computes.
        ms_per_pair: by that clock.
        cpu_ms_per_pair: of all threads.
        wall_ms_per_pair: as it was, with other work beside.
        opencv_ms_per_pair: the baseline's CPU time.
        ratio_to_opencv: the baseline's CPU time over ours.
        ratio_of_each_pair: the same pair by pair.
        epe: mean end-point error over scored pixels; None where the flow is not known.
        epe_of_opencv: the baseline's.
        above_1px: share of scored pixels with a larger error.
        above_1px_of_opencv: the baseline's.
        distance_to_opencv: mean over all pixels, in pixels.
        distance_p99: 99 of 100 pixels are nearer.
        energy: of TV-L1, mean over pixels.
        energy_of_opencv: the baseline's.
        energy_of_truth: that of the known flow.
    """

    set: str
    preset: str
    case: Case
    pairs: int
    clock: str
    ms_per_pair: float
    cpu_ms_per_pair: float
    wall_ms_per_pair: float
    opencv_ms_per_pair: float
    ratio_to_opencv: float
    ratio_of_each_pair: list[float]
    epe: float | None
    epe_of_opencv: float | None
    above_1px: float | None
    above_1px_of_opencv: float | None
    distance_to_opencv: float
    distance_p99: float
    energy: float
    energy_of_opencv: float
    energy_of_truth: float | None


@dataclass(frozen=True)
class Gain:
    """What the preset ``wide`` gives and costs against ``opencv`` on one set."""

    set: str
    case: Case
    times_faster: float
    epe_opencv: float
    epe_wide: float


def find_row(rows: Sequence[Row], case: Case, name: str, preset: str) -> Row:
    """Return the row of a case on a set."""
    return next(row for row in rows if (row.case, row.set, row.preset) == (case, name, preset))


def headline(rows: Sequence[Row], cases: Sequence[Case]) -> dict[str, dict[str, object]]:
    """Return each backend's numbers on the medium set, with the CPU's semantics where it can."""
    if not any((row.set, row.preset) == HEADLINE for row in rows):
        return {}
    found = {case.backend: find_row(rows, case, *HEADLINE) for case in main_cases(cases)}
    return {
        backend: {
            "ms_per_pair": row.ms_per_pair,
            "ratio_to_opencv": row.ratio_to_opencv,
            "epe": row.epe,
            "epe_of_opencv": row.epe_of_opencv,
            "distance_to_opencv": row.distance_to_opencv,
            "semantics": row.case.semantics,
            "clock": row.clock,
            "pairs": row.pairs,
        }
        for backend, row in found.items()
    }


def compare_presets(rows: Sequence[Row]) -> list[Gain]:
    """Return the gains of ``wide`` wherever the flow is known."""
    gains = []
    for row in rows:
        if row.preset == "opencv" and row.epe is not None:
            wide = find_row(rows, row.case, row.set, "wide")
            faster = row.ms_per_pair / wide.ms_per_pair
            gains.append(Gain(row.set, row.case, faster, row.epe, wide.epe or 0.0))
    return gains
