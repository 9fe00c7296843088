"""The right part of the comparison's figure: which classes a pair's difference comes from."""

from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING

from pipeline.experiments.forest import SMALL, colour_of, write_beside
from pipeline.experiments.results import ClassGain
from pipeline.reporting.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_CLASSES = 26


def choose_classes(panels: Sequence[Sequence[ClassGain]]) -> tuple[list[int], int]:
    """Choose the classes to draw, and count the others that have changed.

    Drawn are those with the largest change in any panel, from the first panel's largest gain to
    its largest loss; equal ones by the other panels, then by id.
    """
    gains: dict[int, list[float]] = {}
    for panel in panels:
        for each in panel:
            gains.setdefault(each.class_id, []).append(each.gain)
    changed = [class_id for class_id, of_class in gains.items() if any(of_class)]
    strongest = sorted(changed, key=lambda class_id: -max(map(abs, gains[class_id])))
    drawn = strongest[:MOST_CLASSES]
    order = sorted(drawn, key=lambda class_id: ([-gain for gain in gains[class_id]], class_id))
    return order, len(changed) - len(drawn)


def draw_classes(
    axes: "Axes",
    gains: Sequence[ClassGain],
    order: Sequence[int],
    reach: float,
    theme: Theme,
    *,
    is_first: bool,
) -> None:
    """Draw one pair's bars, a row a class, and how many clips each side has right.

    Args:
        axes: where.
        gains: of all classes.
        order: ids of the classes, from the top.
        reach: largest gain or loss that must fit.
        theme: colours.
        is_first: writes the classes' names.
    """
    from matplotlib.ticker import MaxNLocator

    of_class = {each.class_id: each for each in gains}
    for row, class_id in zip(count(0.0), order, strict=False):
        each = of_class[class_id]
        axes.barh(row, each.gain, height=0.62, color=colour_of(each.gain, theme), zorder=2)
        words = f"{_count(each.first_right)} → {_count(each.second_right)} of {each.num_clips}"
        write_beside(axes, 1.03, row, words, theme.muted, side="left", size=SMALL)
        if is_first:
            write_beside(axes, -0.03, row, each.name, theme.ink, side="right")
    axes.set_xlim(-1.1 * reach, 1.1 * reach)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.axvline(0, color=theme.ink, linewidth=1.2, zorder=3)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("clips more right")
    write_beside(axes, 0.0, -2.0, title_of(gains), theme.ink, side="left", weight="bold")
    write_beside(axes, 1.03, -1.0, "right clips", theme.muted, side="left", size=SMALL)


def title_of(gains: Sequence[ClassGain]) -> str:
    """Return the words above a pair's panel, in the order of its counts."""
    return f"{gains[0].first} → {gains[0].second}"


def _count(clips: float) -> str:
    """Write a number of clips; a mean over seeds has one decimal."""
    return f"{clips:.0f}" if clips == int(clips) else f"{clips:.1f}"
