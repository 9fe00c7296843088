"""Figures as PNG bytes, drawn without a display: for the tracking store and for papers."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int

from pipeline.reporting.console import TITLES
from pipeline.reporting.curves import Curve
from pipeline.reporting.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

MOST_CLASSES_WITH_NUMBERS = 30
DOTS_PER_INCH = 144
LUMINANCE = (0.299, 0.587, 0.114)
LINE_STYLES = {"train": "-", "val": "--"}


def draw_confusion(confusion: Int[np.ndarray, "K K"], names: Sequence[str], theme: Theme) -> bytes:
    """Draw a confusion matrix: rows are true classes and sum to one, cells show counts."""
    from matplotlib.colors import LinearSegmentedColormap

    num_classes = len(names)
    cell_inches = float(np.clip(12 / num_classes, 0.15, 0.42))
    side = 2.2 + cell_inches * num_classes
    figure, axes = _new_figure(side + 0.6, side, theme)
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    ramp = LinearSegmentedColormap.from_list("ramp", theme.ramp)
    image = axes.imshow(shares, cmap=ramp, vmin=0, vmax=1, aspect="equal")
    size = min(0.8 * 72 * cell_inches, 9.0)  # points
    axes.set_xticks(range(num_classes), names, rotation=90, fontsize=size)
    axes.set_yticks(range(num_classes), names, fontsize=size)
    axes.set_xlabel("named")
    axes.set_ylabel("true")
    axes.tick_params(length=0)
    _separate_cells(axes, num_classes, theme)
    if num_classes <= MOST_CLASSES_WITH_NUMBERS:
        _write_counts(axes, confusion, shares, ramp)
    bar = figure.colorbar(image, ax=axes, fraction=0.035, pad=0.02)
    bar.set_label("share of the true class's clips", color=theme.ink)
    bar.ax.tick_params(colors=theme.ink, length=0)
    bar.outline.set_visible(False)
    return _png(figure)


def draw_curves(curves: Sequence[Curve], theme: Theme) -> bytes:
    """Draw losses and validation accuracy by epoch, a column of axes for each phase."""
    phases = list(dict.fromkeys(curve.phase for curve in curves))
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6 * len(phases) + 0.4, 5.6), facecolor=theme.paper)
    grid = figure.subplots(2, len(phases), squeeze=False, sharex="col")
    for column, phase in enumerate(phases):
        of_phase = [curve for curve in curves if curve.phase == phase]
        loss, accuracy = grid[:, column]
        _draw_lines(loss, of_phase, "loss", theme)
        _draw_lines(accuracy, of_phase, "top1", theme)
        loss.set_title(phase, color=theme.ink, loc="left", fontweight="bold")
        loss.set_ylabel("loss")
        loss.set_ylim(bottom=0)
        accuracy.set_ylabel("top-1 accuracy")
        accuracy.set_ylim(0, 1)
        accuracy.set_xlabel("epoch")
        accuracy.xaxis.get_major_locator().set_params(integer=True)
        for axes in (loss, accuracy):
            _style(axes, theme)
            axes.grid(color=theme.muted, alpha=0.25, linewidth=0.6)
            if axes.get_legend_handles_labels()[0]:
                axes.legend(frameon=False, labelcolor=theme.ink, fontsize=8)
    return _png(figure)


def _draw_lines(axes: "Axes", curves: Sequence[Curve], quantity: str, theme: Theme) -> None:
    for curve in curves:
        for part, style in LINE_STYLES.items():
            points = curve.columns.get(f"{part}/{quantity}")
            if points:
                epochs, values = zip(*points, strict=True)
                axes.plot(
                    epochs,
                    values,
                    style,
                    color=theme.streams[curve.stream],
                    marker="o" if len(points) < 3 else None,
                    linewidth=1.8,
                    label=f"{TITLES[curve.stream]} {part}",
                )


def _separate_cells(axes: "Axes", num_classes: int, theme: Theme) -> None:
    edges = np.arange(num_classes + 1) - 0.5
    axes.set_xticks(edges, minor=True)
    axes.set_yticks(edges, minor=True)
    axes.grid(which="minor", color=theme.paper, linewidth=1.2 if num_classes < 40 else 0.3)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _write_counts(
    axes: "Axes", confusion: np.ndarray, shares: np.ndarray, ramp: "Colormap"
) -> None:
    for row, column in np.argwhere(confusion):
        luminance = np.dot(ramp(shares[row, column])[:3], LUMINANCE)
        axes.text(
            column,
            row,
            str(confusion[row, column]),
            ha="center",
            va="center",
            fontsize=8,
            color="#101418" if luminance > 0.5 else "#ffffff",
        )


def _new_figure(width: float, height: float, theme: Theme) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor=theme.paper)
    axes = figure.subplots()
    _style(axes, theme)
    return figure, axes


def _style(axes: "Axes", theme: Theme) -> None:
    axes.set_facecolor(theme.paper)
    axes.tick_params(colors=theme.ink, labelsize=8)
    axes.xaxis.label.set_color(theme.ink)
    axes.yaxis.label.set_color(theme.ink)
    for side, spine in axes.spines.items():
        spine.set_color(theme.muted)
        spine.set_visible(side in ("left", "bottom"))


def _png(figure: "Figure") -> bytes:
    figure.set_layout_engine("tight")
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return target.getvalue()
