"""Multiply-adds over parameters: a colour for each backbone, a shape for each attention."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.models.rows import Row

SHAPES = "os^vDP*X<>dph8"
COLOURS = [colour for colour in colormaps["tab10"].colors if len(set(colour)) > 1]  # but grey


def plot_rows(rows: Sequence[Row], path: Path) -> None:
    """Draw one mark a row, both axes logarithmic."""
    backbones = list(dict.fromkeys(row.case.backbone for row in rows))
    attentions = list(dict.fromkeys(row.case.attention for row in rows))
    colours = dict(zip(backbones, COLOURS * 9, strict=False))
    shapes = dict(zip(attentions, SHAPES * 9, strict=False))
    figure = Figure(figsize=(9, 5.5), layout="constrained")
    axis = figure.subplots()
    for row in rows:
        axis.plot(
            row.cost.parameters / 1e6,
            row.cost.gflops,
            marker=shapes[row.case.attention],
            color=colours[row.case.backbone],
            markersize=8,
            markerfacecolor="none",
            linestyle="none",
        )
    axis.set(xscale="log", yscale="log", xlabel="parameters [millions]", ylabel="GFLOPs a clip")
    axis.grid(which="both", alpha=0.2)
    marks = [_mark("o", colours[name], name) for name in backbones]
    marks += [_mark(shapes[name], "black", name) for name in attentions]
    figure.legend(handles=marks, loc="outside right upper", frameon=False, fontsize=8)
    figure.savefig(path, dpi=110)


def _mark(shape: str, colour: str | tuple[float, float, float], label: str) -> Line2D:
    return Line2D(
        [], [], color=colour, marker=shape, markerfacecolor="none", linestyle="none", label=label
    )
