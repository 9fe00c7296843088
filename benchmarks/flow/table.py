"""The benchmark's findings as lines of text."""

from collections.abc import Mapping, Sequence

from benchmarks.flow.rows import Gain, Row
from benchmarks.flow.scaling import Rate
from benchmarks.flow.start import Start

HEADER = (
    f"{'set':8}{'preset':8}{'backend':13}{'semantics':13}{'pairs':>5}{'ms':>9}{'wall ms':>9}"
    f"{'ratio':>8}{'EPE':>8}{'> 1 px':>8}{'to OpenCV':>11}{'p99':>7}{'energy':>8}"
)
LEGEND = """\
ms          a pair: CPU time of one thread; wall (*) of a batch where a GPU computes
ratio       OpenCV's CPU time on the same pairs in the same run over ms
EPE         mean end-point error against the known flow, px, not occluded, in the interior;
            then the share of pixels above 1 px
to OpenCV   mean distance to the flow of cv2.optflow (CPU) by the same preset, px, and its p99
energy      of Zach, Pock and Bischof, a pixel, on the finest level"""


def format_rows(rows: Sequence[Row]) -> str:
    """Return one table of all sets, presets and cases, with its legend."""
    lines = [HEADER]
    for before, row in zip([None, *rows], rows, strict=False):
        if before and (before.set, before.preset) != (row.set, row.preset):
            lines.append("")
        lines.append(_format_row(row))
    return "\n".join([*lines, "", LEGEND])


def _format_row(row: Row) -> str:
    mark = "*" if row.clock == "wall" else " "
    return (
        f"{row.set:8}{row.preset:8}{row.case.backend:13}{row.case.semantics:13}{row.pairs:5}"
        f"{row.ms_per_pair:8.1f}{mark}{row.wall_ms_per_pair:9.1f}{row.ratio_to_opencv:8.2f}"
        f"{_number(row.epe, 8, 3)}{_number(row.above_1px, 8, 3)}"
        f"{row.distance_to_opencv:11.4f}{row.distance_p99:7.3f}{row.energy:8.4f}"
    )


def _number(value: float | None, width: int, digits: int) -> str:
    return f"{'-':>{width}}" if value is None else f"{value:{width}.{digits}f}"


def format_wide(gains: Sequence[Gain]) -> str:
    """Return what the preset ``wide`` gives and costs against ``opencv``."""
    lines = ["preset wide against preset opencv, the same backend on the same pairs:"]
    lines += [
        f"  {gain.set:8}{gain.case.backend:13}{gain.case.semantics:13}"
        f"{gain.times_faster:6.2f} times faster, EPE {gain.epe_opencv:.3f} -> {gain.epe_wide:.3f}"
        for gain in gains
    ]
    return "\n".join(lines)


def format_start(start: Mapping[str, Start]) -> str:
    """Return what each backend needs beside its work."""
    lines = ["what a first call of a process adds (CPU s) and memory (MiB), preset opencv:"]
    lines += [
        f"  {name:13}{found.first_call_seconds:6.1f} s with nothing compiled,"
        f"{found.later_call_seconds:5.1f} s later; code {found.code_mib:4.0f} MiB, "
        f"{found.pairs} pairs {found.peak_mib:4.0f} MiB more"
        for name, found in start.items()
    ]
    return "\n".join(lines)


def format_crews(crews: Mapping[str, Mapping[str, Rate]]) -> str:
    """Return the rates of processes and threads."""
    lines = ["pairs/s by processes x threads, medium motion, preset opencv:"]
    for name, rates in crews.items():
        parts = [
            f"{crew}: {rate.pairs_per_second:7.2f} "
            f"({rate.times_one:.2f} times, {rate.times_one_by_cpu:.2f} by CPU time)"
            for crew, rate in rates.items()
        ]
        lines.append(f"  {name:13}" + "   ".join(parts))
    return "\n".join(lines)


def format_batches(batches: Mapping[str, Mapping[str, float]]) -> str:
    """Return the times a pair by the size of a batch."""
    lines = ["ms a pair by pairs in a call, medium motion, preset opencv:"]
    for name, times in batches.items():
        parts = [f"{size}: {ms:.1f}" for size, ms in times.items()]
        lines.append(f"  {name:13}" + "   ".join(parts))
    return "\n".join(lines)
