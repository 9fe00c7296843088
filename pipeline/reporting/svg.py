"""Charts as SVG in the page's colours: a plot's frame, its axes, and what a cursor says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.reporting.markup import text

FOOT = 36
"""Room below the x axis, where a cursor's line ends."""
STEPS = (1.0, 2.0, 5.0, 10.0)
"""Distances of ticks, times a power of ten."""


@dataclass(frozen=True)
class Stop:
    """A place of a chart where its cursor can stand.

    Args:
        x: in the chart's units.
        y: likewise; None where the cursor is a vertical line.
        words: what is said of it.
    """

    x: float
    y: float | None
    words: str


@dataclass(frozen=True)
class Plot:
    """A chart's size, and the ranges of its axes.

    Args:
        x_range: lowest and highest value of x.
        y_range: of y.
        width: of the whole chart in its own units, about a CSS pixel each.
        height: likewise.
        left: room for what stands left of the y axis.
        bottom: room below the x axis.
    """

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    width: int = 400
    height: int = 230
    left: int = 40
    bottom: int = FOOT

    TOP, RIGHT = 10, 12

    def x(self, value: float) -> float:
        """Return where a value lies."""
        return round(self.left + _share(value, self.x_range) * self.inner_width, 1)

    def y(self, value: float) -> float:
        """Return where a value lies; y grows downwards in a picture."""
        inner = self.height - self.bottom - self.TOP
        return round(self.TOP + (1 - _share(value, self.y_range)) * inner, 1)

    @property
    def inner_width(self) -> int:
        """Width between the axes' ends."""
        return self.width - self.left - self.RIGHT

    def axes(self, x_title: str, y_title: str, y_marks: Mapping[float, str] | None = None) -> str:
        """Return grid, whole-numbered ticks of x, ticks of y, and titles.

        ``y_marks`` are ticks of y with other words than their numbers.
        """
        low, high = self.y(self.y_range[0]), self.TOP
        marks = y_marks or {tick: f"{tick:g}" for tick in ticks(*self.y_range)}
        across = "".join(
            f'<path class="grid" d="M{self.left} {self.y(tick)}H{self.width - self.RIGHT}"/>'
            f'<text x="{self.left - 6}" y="{self.y(tick) + 4:.1f}" class="end">{words}</text>'
            for tick, words in marks.items()
        )
        along = "".join(
            f'<path class="grid" d="M{self.x(tick)} {low}v4"/>'
            f'<text x="{self.x(tick)}" y="{low + 17:.1f}" class="mid">{tick:g}</text>'
            for tick in ticks(*self.x_range, least=1.0)
        )
        middle = (low + high) / 2
        titles = (
            f'<text x="{self.width - self.RIGHT}" y="{self.height - 3}" class="end title">'
            f'{text(x_title)}</text><text class="mid title" '
            f'transform="translate(10 {middle:.1f}) rotate(-90)">{text(y_title)}</text>'
        )
        return f'<g class="axes" aria-hidden="true">{across}{along}{titles}</g>'


def ticks(low: float, high: float, least: float = 0.0, most: int = 6) -> list[float]:
    """Return round numbers from low to high, at most so many, ``least`` or more apart."""
    if high <= low:
        return [low]
    rough = max((high - low) / (most - 1), least)
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(step * power for step in STEPS if step * power >= rough * (1 - 1e-9))
    first = np.ceil(low / step - 1e-9)
    last = np.floor(high / step + 1e-9)
    return [round(float(number * step), 10) + 0.0 for number in np.arange(first, last + 1)]


def chart(content: str, size: tuple[int, int], *, label: str, stops: Sequence[Stop]) -> str:
    """Return a chart that the pointer and the arrow keys can ask for its values.

    To a screen reader it is a slider, whose value is the words of the stop it is at; below the
    chart the same words appear.

    Args:
        content: SVG.
        size: width and height of the chart in its own units.
        label: what it shows, in words.
        stops: where the cursor can stand, from left to right.
    """
    places = [[stop.x, stop.y, stop.words] for stop in stops]
    data = text(json.dumps(places, separators=(",", ":"), ensure_ascii=False))
    is_line = all(stop.y is None for stop in stops)
    shape = f"M0 0V{size[1] - FOOT}" if is_line else "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0"
    role = (
        f'role="slider" tabindex="0" aria-valuemin="1" aria-valuemax="{len(stops)}" '
        f'aria-valuenow="1" aria-valuetext="{text(stops[0].words)}" data-stops="{data}"'
        if stops
        else 'role="img"'
    )
    return (
        f'<svg class="chart" viewBox="0 0 {size[0]} {size[1]}" {role} '
        f'aria-label="{text(label)}">{content}'
        f'<path class="cursor" d="{shape}" hidden=""/></svg><output aria-hidden="true"></output>'
    )


def _share(value: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return (value - low) / (high - low) if high > low else 0.5
