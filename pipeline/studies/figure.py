"""A study as one picture: each row's accuracy beside the printed one, and what is real of it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.experiments.accuracy_panel import draw_accuracies
from pipeline.experiments.figure import ROW, Canvas
from pipeline.experiments.forest import Row, draw_forest, write_beside
from pipeline.experiments.results import Difference
from pipeline.experiments.table import STREAM_TITLES
from pipeline.reporting.theme import Theme
from pipeline.studies.measure import Measured
from pipeline.studies.plan import Plan
from pipeline.studies.printed import printed_value, shown_splits
from pipeline.studies.table import describe_split

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTS_PER_INCH = 144
HEAD, FOOT, TITLE, SIDE = 0.5, 0.62, 1.05, 0.3
"""Inches: above and below a panel's axes, of the title, and left and right of all."""
AXES, WORDS, LETTER = 3.7, 4.1, 0.08
"""Inches: width of the axes, of the words on their right, and of a letter on their left."""
PRINTED_AT, PRINTED_AFTER_SEEDS_AT = 1.68, 2.07
"""Where printed figures end right of the axes, in widths of the axes."""


@dataclass(frozen=True)
class _Panel:
    """Accuracies of one split or of the mean, and differences below them.

    Args:
        split: whose accuracies.
        rows: those with a number of any kind.
        differences: of the split; of the mean over the splits that are run, where there is one.
        titles: of the two.
    """

    split: str
    rows: Sequence[str]
    differences: Sequence[Difference]
    titles: tuple[str, str]

    @property
    def heights(self) -> list[float]:
        """Return the heights of both axes in rows; of the first alone without differences."""
        below = [len(self.differences) + 1.7] if self.differences else []
        return [len(self.rows) + 0.7, *below]


def draw_study(plan: Plan, measured: Measured, theme: Theme) -> bytes:
    """Return the figure as PNG: the headline's accuracies above, their differences below.

    A study that averages no splits has both for each of them.
    """
    from matplotlib.figure import Figure

    panels = _choose(plan, measured)
    words = [word for panel in panels for word in (*panel.rows, *map(_pair, panel.differences))]
    left = SIDE + max(1.5, LETTER * max(map(len, words), default=0))
    heights = [height for panel in panels for height in panel.heights]
    size = (left + AXES + WORDS + SIDE, TITLE + sum(HEAD + FOOT + ROW * rows for rows in heights))
    canvas = Canvas(Figure(figsize=size, facecolor=theme.paper), theme)
    canvas.write(SIDE, 0.42, plan.study.title, 14.0, is_title=True)
    for line, caption in enumerate(_captions(plan, measured, [panel.split for panel in panels])):
        canvas.write(SIDE, 0.66 + 0.18 * line, caption, 8.5, is_title=False)
    top = TITLE
    for panel in panels:
        for title, height in zip(panel.titles, panel.heights, strict=False):
            canvas.write(SIDE, top + HEAD - 0.18, title, 10.5, is_title=True)
            axes = canvas.axes(left, top + HEAD, AXES, height)
            if title == panel.titles[0]:
                _draw_rows(axes, plan, measured, panel, theme)
            else:
                pairs = enumerate(panel.differences, 1)
                rows = [Row(float(place), _pair(each), each) for place, each in pairs]
                draw_forest(axes, rows, theme)
            top += HEAD + ROW * height + FOOT
    target = io.BytesIO()
    canvas.figure.savefig(target, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return target.getvalue()


def choose_splits(plan: Plan, measured: Measured) -> list[str]:
    """Return what is drawn: the mean if all is there for it, else the first split that is.

    A study that averages no splits has each of them drawn, as far as there is anything.
    """
    headline = (plan.study.headline.stream, plan.study.headline.metric)
    rows: dict[str, set[str]] = {}
    for row, stream, metric, split in measured.ours:
        if (stream, metric) == headline:
            rows.setdefault(split, set()).add(row)
    found = [split for split in plan.splits if split in rows] or [plan.splits[0]]
    if not plan.averaged:
        return found
    is_whole = plan.averaged in shown_splits(plan)
    everyone = set().union(*rows.values())
    return [plan.averaged] if is_whole and rows.get(plan.averaged) == everyone else found[:1]


def _choose(plan: Plan, measured: Measured) -> list[_Panel]:
    splits = choose_splits(plan, measured)
    return [_panel(plan, measured, split, is_one=len(splits) == 1) for split in splits]


def _panel(plan: Plan, measured: Measured, split: str, *, is_one: bool) -> _Panel:
    headline = plan.study.headline
    key = (headline.stream, headline.metric, split)
    rows = [
        row.name
        for row in plan.study.rows
        if (row.name, *key) in measured.ours or printed_value(plan.study, row.name, *key)
    ]
    tested = plan.averaged or split
    differences = [
        each
        for each in measured.differences.get(tested, ())
        if (each.stream, each.metric) == (headline.stream, headline.metric)
    ]
    of_what = "" if is_one else f", {split}"
    of_others = of_what if tested == split else f", {describe_split(plan, tested)}"
    return _Panel(
        split,
        sorted(rows, key=lambda row: (row, *key) not in measured.ours),
        differences,
        (f"{_heading(plan)}{of_what}", f"Differences{of_others}"),
    )


def _draw_rows(axes: "Axes", plan: Plan, measured: Measured, panel: _Panel, theme: Theme) -> None:
    """Draw ours as dots with intervals, what is printed as diamonds."""
    headline = plan.study.headline
    key = (headline.stream, headline.metric, panel.split)
    found = {row: measured.ours.get((row, *key)) for row in panel.rows}
    estimates = {row: ours.estimate for row, ours in found.items() if ours}
    own = measured.splits.get(panel.split)
    chances = [facts.chance for facts in ([own] if own else measured.splits.values())]
    draw_accuracies(axes, estimates, sum(chances) / len(chances) if chances else 0.0, theme)
    has_spread = any(estimate.sd is not None for estimate in estimates.values())
    printed_at = PRINTED_AFTER_SEEDS_AT if has_spread else PRINTED_AT
    for place, row in enumerate(panel.rows):
        height = float(place)
        if row not in estimates:
            write_beside(axes, -0.02, height, row, theme.muted, side="right")
        value = printed_value(plan.study, row, *key)
        if value is not None:
            axes.plot([value], [height], "D", color=theme.muted, markersize=5, fillstyle="none")
            write_beside(axes, printed_at, height, f"{value:.1f}", theme.muted, side="right")
    if any(printed_value(plan.study, row, *key) is not None for row in panel.rows):
        write_beside(axes, printed_at, -0.75, "◇ printed", theme.muted, side="right", size=8)
    axes.set_ylim(len(panel.rows) - 0.4, -1.1)


def _captions(plan: Plan, measured: Measured, splits: Sequence[str]) -> list[str]:
    setting, source = plan.setting, plan.study.source
    facts = [measured.splits[split] for split in splits if split in measured.splits]
    protocols = ", ".join(dict.fromkeys(each.protocol for each in facts))
    where = protocols or f"mean of {len(plan.splits)} splits"
    seeds, drawn = "1 seed", "sessions"
    if len(plan.seeds) > 1:
        seeds, drawn = f"{len(plan.seeds)} seeds", "sessions and seeds"
    here = f"{setting.dataset}, recipe {setting.recipe}, {where}, {seeds}."
    told = [f"{here}  Lines: 95 % intervals, {drawn} resampled.  Filled dot: real, p < 0.05."]
    if source:
        other = ", which are other data" if source.dataset != setting.dataset else ""
        told.append(f"Printed: {source.table}; {source.setting}{other}.")
    return told


def _heading(plan: Plan) -> str:
    headline = plan.study.headline
    return f"{STREAM_TITLES[headline.stream]} {headline.metric} accuracy"


def _pair(difference: Difference) -> str:
    return f"{difference.second} against {difference.first}"
