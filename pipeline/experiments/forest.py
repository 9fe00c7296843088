"""The left part of the comparison's figure: a row for each difference, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.experiments.results import Difference
from pipeline.experiments.table import STREAM_TITLES, p_value, points
from pipeline.reporting.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PAIRS_WITH_STREAMS = 4
"""Of more pairs only the fused scores are drawn."""

COLUMNS = {"difference": 1.13, "interval": 1.16, "p": 1.62, "verdict": 1.67}
"""Where the words right of the axes stand, in widths of the axes."""

HEADING_ROWS, GAP_ROWS = 1.0, 0.6
SMALL, NORMAL = 8, 9


@dataclass(frozen=True)
class Row:
    """A line of the forest, its height in rows from the top; a heading has no difference."""

    height: float
    words: str
    difference: Difference | None


def arrange_rows(differences: Sequence[Difference]) -> list[Row]:
    """Return a heading for each pair, and below it a row for each stream and accuracy."""
    pairs = list(dict.fromkeys((each.first, each.second) for each in differences))
    only_fused = len(pairs) > MOST_PAIRS_WITH_STREAMS
    rows, height = [], 0.0
    for first, second in pairs:
        rows.append(Row(height, f"{second} against {first}", None))
        height += HEADING_ROWS
        for each in differences:
            if (each.first, each.second) != (first, second):
                continue
            if only_fused and each.stream != "fused":
                continue
            rows.append(Row(height, f"{STREAM_TITLES[each.stream]} {each.metric}", each))
            height += 1
        height += GAP_ROWS
    return rows


def draw_forest(axes: "Axes", rows: Sequence[Row], theme: Theme) -> None:
    """Draw the rows: dots filled where the difference is real, lines from end to end."""
    _write_header(axes, theme)
    for row in rows:
        if row.difference is None:
            write_beside(axes, -0.37, row.height, row.words, theme.ink, side="left", weight="bold")
        else:
            _draw_row(axes, row.height, row.words, row.difference, theme)
    known = [row.difference for row in rows if row.difference]
    reach = 100 * max(
        [abs(each.value) for each in known]
        + [abs(end) for each in known if each.interval for end in each.interval]
        + [0.01]
    )
    axes.set_xlim(-1.06 * reach, 1.06 * reach)
    axes.set_ylim(max(row.height for row in rows) + 0.7, -0.7)
    axes.axvline(0, color=theme.ink, linewidth=1.2, zorder=1)
    axes.set_xlabel(f"percentage points; right of zero is better than {_reference(known)}")


def _reference(differences: Sequence[Difference]) -> str:
    """Name what all are compared with, where it is one thing."""
    firsts = {each.first for each in differences}
    return firsts.pop() if len(firsts) == 1 else "the one named last"


def colour_of(value: float, theme: Theme) -> str:
    """Return the colour of a gain or of a loss."""
    return theme.streams["fused"] if value >= 0 else theme.streams["flow"]


def _draw_row(axes: "Axes", height: float, words: str, each: Difference, theme: Theme) -> None:
    colour = colour_of(each.value, theme) if each.is_real else theme.muted
    if each.interval:
        ends = [100 * end for end in each.interval]
        axes.plot(
            ends, [height, height], color=colour, linewidth=2, solid_capstyle="butt", zorder=2
        )
        axes.plot(ends, [height, height], "|", color=colour, markersize=7, zorder=2)
    axes.plot(
        [100 * each.value],
        [height],
        "o",
        markersize=7,
        markeredgewidth=1.6,
        markeredgecolor=colour,
        markerfacecolor=colour if each.is_real else theme.paper,
        zorder=3,
    )
    ink = theme.ink if each.stream == "fused" else theme.muted
    weight = "bold" if each.is_real else "normal"
    bounds = f"[{points(each.interval.low)}, {points(each.interval.high)}]" if each.interval else ""
    write_beside(axes, -0.02, height, words, ink, side="right")
    write_beside(
        axes, COLUMNS["difference"], height, points(each.value), ink, side="right", weight=weight
    )
    write_beside(axes, COLUMNS["interval"], height, bounds, ink, side="left")
    write_beside(axes, COLUMNS["p"], height, p_value(each.corrected_p), ink, side="right")
    verdict_ink = colour if each.is_real else ink
    write_beside(
        axes, COLUMNS["verdict"], height, each.verdict, verdict_ink, side="left", weight=weight
    )


def _write_header(axes: "Axes", theme: Theme) -> None:
    write_beside(axes, COLUMNS["difference"], 0.0, "points", theme.muted, side="right")
    write_beside(axes, COLUMNS["interval"], 0.0, "95 % interval", theme.muted, side="left")
    write_beside(axes, COLUMNS["p"], 0.0, "p", theme.muted, side="right")
    write_beside(axes, COLUMNS["verdict"], 0.0, "verdict", theme.muted, side="left")


def write_beside(
    axes: "Axes",
    x: float,
    row: float,
    words: str,
    colour: str,
    *,
    side: str,
    weight: str = "normal",
    size: int = NORMAL,
) -> None:
    """Write beside the axes at a row's height; ``x`` is in widths of the axes, from their left."""
    axes.text(
        x,
        row,
        words,
        transform=axes.get_yaxis_transform(),
        color=colour,
        fontsize=size,
        fontweight=weight,
        horizontalalignment=side,
        verticalalignment="center",
        clip_on=False,
    )
