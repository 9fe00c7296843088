"""The upper left of the comparison's figure: each method's accuracy, its interval, and chance."""

from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING

from pipeline.experiments.forest import write_beside
from pipeline.experiments.results import Estimate
from pipeline.experiments.table import percent
from pipeline.reporting.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_accuracies(
    axes: "Axes", estimates: Mapping[str, Estimate], chance: float, theme: Theme
) -> None:
    """Draw a row for each label: dot and interval, in percent, beside a dotted line at chance."""
    colour = theme.streams["rgb"]
    for row, (label, estimate) in zip(count(0.0), estimates.items(), strict=False):
        if estimate.interval:
            ends = [100 * end for end in estimate.interval]
            axes.plot(ends, [row, row], color=colour, linewidth=2, solid_capstyle="butt")
            axes.plot(ends, [row, row], "|", color=colour, markersize=7)
            bounds = f"[{percent(estimate.interval.low)}, {percent(estimate.interval.high)}]"
            write_beside(axes, 1.16, row, bounds, theme.ink, side="left")
        axes.plot([100 * estimate.value], [row], "o", color=colour, markersize=7)
        write_beside(axes, -0.02, row, label, theme.ink, side="right")
        write_beside(axes, 1.13, row, percent(estimate.value), theme.ink, side="right")
        if estimate.sd is not None:
            spread = f"± {percent(estimate.sd)} over seeds"
            write_beside(axes, 1.49, row, spread, theme.muted, side="left")
    axes.axvline(100 * chance, color=theme.ink, linewidth=1.2, linestyle=":")
    write_beside(axes, chance + 0.01, -0.75, "chance", theme.muted, side="left", size=8)
    axes.set_xlim(0, 100)
    axes.set_ylim(len(estimates) - 0.4, -1.1)
    axes.set_xlabel("test clips named right, in percent")
