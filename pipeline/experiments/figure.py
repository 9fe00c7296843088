"""The comparison as one picture: accuracies, their differences, and gains class by class."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.experiments.accuracy_panel import draw_accuracies
from pipeline.experiments.class_panels import choose_classes, draw_classes, title_of
from pipeline.experiments.forest import arrange_rows, draw_forest
from pipeline.experiments.results import ClassGain, Comparison
from pipeline.experiments.short_labels import shorten_labels
from pipeline.reporting.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 144
MOST_CLASS_PANELS = 3

ROW, TITLE, HEADING, FOOT, SIDE = 0.26, 0.98, 0.5, 0.62, 0.3
"""Inches: of a row, of the figure's title, of a panel's heading and of what is below its axes, and
left and right of everything."""

FOREST, FOREST_WORDS = 3.7, 3.7
CLASSES, CLASS_WORDS = 1.6, 1.1
"""Inches: widths of the axes, and of the words on their right."""

LETTER, BOLD_LETTER = 0.078, 0.088
"""Inches: mean width of a letter of nine points."""


@dataclass(frozen=True)
class Canvas:
    """A figure on which axes are placed by inches from its upper left corner."""

    figure: "Figure"
    theme: Theme

    def axes(self, left: float, top: float, width: float, num_rows: float) -> "Axes":
        """Add axes of so many rows, with nothing but a line below and a grid of verticals."""
        whole_width, whole_height = self.figure.get_size_inches()
        height = ROW * num_rows
        bottom = whole_height - top - height
        corners = (left / whole_width, bottom / whole_height)
        axes = self.figure.add_axes((*corners, width / whole_width, height / whole_height))
        axes.set_facecolor(self.theme.paper)
        axes.tick_params(colors=self.theme.ink, labelsize=8)
        axes.xaxis.label.set_color(self.theme.ink)
        axes.xaxis.label.set_fontsize(8)
        axes.set_yticks([])
        axes.set_axisbelow(True)
        axes.grid(axis="x", color=self.theme.muted, alpha=0.25, linewidth=0.6)
        for side, spine in axes.spines.items():
            spine.set_color(self.theme.muted)
            spine.set_visible(side == "bottom")
        return axes

    def write(self, left: float, top: float, words: str, size: float, *, is_title: bool) -> None:
        """Write a line whose foot is ``top`` inches below the upper edge."""
        width, height = self.figure.get_size_inches()
        self.figure.text(
            left / width,
            1 - top / height,
            words,
            color=self.theme.ink if is_title else self.theme.muted,
            fontsize=size,
            fontweight="bold" if is_title else "normal",
        )


@dataclass(frozen=True)
class _Plan:
    """What is drawn, and how much room it takes: rows, and widths in inches."""

    forest_rows: float
    accuracy_rows: float
    labels: float
    panels: list[list[ClassGain]]
    order: list[int]
    num_hidden: int
    names: float
    panel: float

    @property
    def left_width(self) -> float:
        """Accuracies and differences, with the words on both sides."""
        return self.labels + FOREST + FOREST_WORDS

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the figure."""
        right_width = self.names + len(self.panels) * self.panel if self.order else 0.0
        num_axes = 2 if self.forest_rows else 1
        left_height = num_axes * (HEADING + FOOT) + ROW * (self.forest_rows + self.accuracy_rows)
        right_height = HEADING + FOOT + ROW * (len(self.order) + 2)
        width = 2 * SIDE + self.left_width + right_width
        return width, TITLE + max(left_height, right_height)


def draw_comparison(comparison: Comparison, theme: Theme) -> bytes:
    """Return the figure as PNG.

    Upper left: fused micro accuracy of each method. Below: a row for each difference, the dot
    filled where it is real. Right, for up to three pairs: the clips of each class that are right
    more or less often; classes that no pair changes are left out.
    """
    from matplotlib.figure import Figure

    comparison = shorten_labels(comparison)
    plan = _plan(comparison)
    canvas = Canvas(Figure(figsize=plan.size, facecolor=theme.paper), theme)
    _write_title(canvas, comparison)
    _draw_left(canvas, comparison, plan)
    if plan.order:
        _draw_right(canvas, plan)
    target = io.BytesIO()
    canvas.figure.savefig(target, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return target.getvalue()


def _plan(comparison: Comparison) -> _Plan:
    rows = arrange_rows(comparison.differences)
    panels = _panels(comparison)
    order, num_hidden = choose_classes(panels)
    longest_label = max(len(group.label) for group in comparison.groups)
    names = [each.name for panel in panels for each in panel if each.class_id in order]
    longest_title = max((len(title_of(panel)) for panel in panels), default=0)
    return _Plan(
        forest_rows=rows[-1].height + 1.4 if rows else 0.0,
        accuracy_rows=len(comparison.groups) + 0.7,
        labels=max(1.5, 0.2 + LETTER * longest_label),
        panels=panels,
        order=order,
        num_hidden=num_hidden,
        names=0.5 + LETTER * max(map(len, names), default=0),
        panel=max(CLASSES + CLASS_WORDS, 0.2 + BOLD_LETTER * longest_title),
    )


def _draw_left(canvas: Canvas, comparison: Comparison, plan: _Plan) -> None:
    left, top = SIDE + plan.labels, TITLE + HEADING
    canvas.write(SIDE, top - 0.18, "Accuracy of the fused streams", 10.5, is_title=True)
    estimates = {label: found["micro"] for label, found in comparison.accuracies["fused"].items()}
    axes = canvas.axes(left, top, FOREST, plan.accuracy_rows)
    draw_accuracies(axes, estimates, comparison.chance, canvas.theme)
    if not plan.forest_rows:
        return
    top += ROW * plan.accuracy_rows + FOOT + HEADING
    canvas.write(SIDE, top - 0.18, "Differences on the same clips", 10.5, is_title=True)
    axes = canvas.axes(left, top, FOREST, plan.forest_rows)
    draw_forest(axes, arrange_rows(comparison.differences), canvas.theme)


def _draw_right(canvas: Canvas, plan: _Plan) -> None:
    left, top = SIDE + plan.left_width, TITLE + HEADING
    hidden = f" ({plan.num_hidden} with smaller changes are not drawn)" if plan.num_hidden else ""
    words = f"Classes that change, fused streams{hidden}"
    canvas.write(left + 0.2, top - 0.18, words, 10.5, is_title=True)
    reach = max(abs(each.gain) for panel in plan.panels for each in panel)
    for place, panel in enumerate(plan.panels):
        start = left + plan.names + place * plan.panel
        axes = canvas.axes(start, top + 2 * ROW, CLASSES, float(len(plan.order)))
        draw_classes(axes, panel, plan.order, reach, canvas.theme, is_first=place == 0)


def _panels(comparison: Comparison) -> list[list[ClassGain]]:
    """Gains of the pairs that are drawn class by class: those whose second is the strongest."""
    pairs = list(dict.fromkeys((each.first, each.second) for each in comparison.gains))
    accuracies = comparison.accuracies["fused"]
    strongest = sorted(pairs, key=lambda pair: -accuracies[pair[1]]["micro"].value)
    return [
        [each for each in comparison.gains if (each.first, each.second) == pair]
        for pair in pairs
        if pair in strongest[:MOST_CLASS_PANELS]
    ]


def _write_title(canvas: Canvas, comparison: Comparison) -> None:
    canvas.write(SIDE, 0.42, _headline(comparison), 14.0, is_title=True)
    told = (
        f"{comparison.num_clips} test clips of {comparison.num_sessions} sessions.  "
        "Lines: 95 % intervals, sessions resampled.  Filled dot, real: p < 0.05, sessions "
        "exchanged, corrected for all questions of a stream."
    )
    canvas.write(SIDE, 0.66, told, 8.5, is_title=False)
    careful = list(comparison.warnings)
    if any(each.seeds_p is None for each in comparison.differences):
        careful.append("between single seeds p is about these trainings, not about others")
    if careful:
        canvas.write(SIDE, 0.86, f"Careful: {'; '.join(careful)}.", 8.5, is_title=False)


def _headline(comparison: Comparison) -> str:
    """Say what was found of the fused streams' micro accuracy."""
    told = []
    for each in comparison.of("fused"):
        if each.metric == "micro":
            found = "within the noise of"
            if each.is_real:
                found = "better than" if each.value > 0 else "worse than"
                found = found if each.seeds_p is None else f"really {found}"
            told.append(f"{each.second} is {found} {each.first}")
    return "; ".join(told) if 0 < len(told) <= 3 else "What is real, and what is noise"
