"""Accuracy against time: one panel a set, one colour a backend."""

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from benchmarks.flow.cases import Case
from benchmarks.flow.rows import Row

COLOURS = {
    "opencv": "#333333",
    "numba": "#0072b2",
    "torch": "#d55e00",
    "cuda": "#009e73",
    "opencv_cuda": "#cc79a7",
}
MARKERS = {"opencv_cpu": "o", "opencv_cuda": "^"}
LARGEST_LINEAR_SPREAD = 5
"""Of a panel's errors; beyond it the axis is logarithmic."""


def plot_rows(rows: Sequence[Row], processor: str, path: Path) -> None:
    """Draw end-point error over milliseconds a pair for the sets whose flow is known."""
    known = [row for row in rows if row.epe is not None]
    names = list(dict.fromkeys(row.set for row in known))
    if not names:
        return
    figure = Figure(figsize=(4.6 * len(names), 5.0), layout="constrained")
    axes = figure.subplots(1, len(names), squeeze=False, sharex=True)
    for axis, name in zip(axes[0], names, strict=True):
        _draw_panel(axis, [row for row in known if row.set == name])
        axis.set_title(f"{name} motion")
    axes[0, 0].set_ylabel("mean end-point error [px]")
    figure.suptitle(f"TV-L1, 320x240: accuracy against time, one thread of {processor}")
    handles = _legend_handles(known)
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=110)


def _draw_panel(axis: Axes, rows: Sequence[Row]) -> None:
    """Draw a set: the preset opencv filled, wide hollow, and a line from one to the other."""
    points: dict[Case, list[Row]] = {}
    for row in rows:
        points.setdefault(row.case, []).append(row)
    for case, both in points.items():
        colour = COLOURS[case.backend]
        times, errors = [row.ms_per_pair for row in both], [_error(row) for row in both]
        axis.plot(times, errors, color=colour, alpha=0.5, linewidth=1, zorder=1)
        for row in both:
            axis.plot(
                row.ms_per_pair,
                _error(row),
                marker=MARKERS[case.semantics],
                markersize=9,
                color=colour,
                markerfacecolor=colour if row.preset == "opencv" else "white",
                linestyle="none",
            )
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_formatter(NullFormatter())
    errors = [_error(row) for row in rows]
    if max(errors) > LARGEST_LINEAR_SPREAD * min(errors):
        axis.set_yscale("log")
    else:
        axis.set_ylim(0, 1.25 * max(errors))
    axis.set_xlabel("ms a pair")
    axis.grid(visible=True, which="both", alpha=0.25)


def _error(row: Row) -> float:
    return math.nan if row.epe is None else row.epe


def _legend_handles(rows: Sequence[Row]) -> list[Line2D]:
    """Return the meaning of colours, shapes and fillings, as far as they occur."""
    backends = dict.fromkeys((row.case.backend, row.clock) for row in rows)
    colours = [
        Line2D([], [], color=COLOURS[backend], linewidth=4, label=f"{backend} ({clock} time)")
        for backend, clock in backends
    ]
    shapes = [
        Line2D([], [], color="grey", marker=MARKERS[name], linestyle="none", label=name)
        for name in dict.fromkeys(row.case.semantics for row in rows)
    ]
    fillings = [
        Line2D(
            [], [], color="grey", marker="s", markerfacecolor=face, linestyle="none", label=label
        )
        for face, label in (("grey", "preset opencv"), ("white", "preset wide"))
    ]
    return colours + shapes + fillings
