"""Learning curves: loss and validation accuracy of each phase, whose values can be asked for."""

import math
from collections.abc import Mapping, Sequence

from pipeline.reporting.console import TITLES
from pipeline.reporting.curves import Curve
from pipeline.reporting.markup import section, text
from pipeline.reporting.svg import Plot, Stop, chart

PARTS = {"train": "training", "val": "validation"}
MEASURES = {"loss": "loss", "top1": "top-1 accuracy"}
PHASES = {"pretrain": "First phase", "train": "Main phase"}
MARKS = {"rgb": "●", "flow": "■", "joint": "◆"}
"""What stands at the epochs of a stream's lines: colours alone would tell some readers nothing."""
MOST_MARKS = 16

Points = Sequence[tuple[float, float]]


def curves_section(curves: Sequence[Curve]) -> str:
    """Return a chart for each phase and measure."""
    phases = dict.fromkeys(curve.phase for curve in curves)
    figures = [
        _figure([curve for curve in curves if curve.phase == phase], phase, measure)
        for phase in phases
        for measure in MEASURES
    ]
    streams = dict.fromkeys(curve.stream for curve in curves)
    keys = "".join(
        f'<li class="{stream}"><b aria-hidden="true">{MARKS[stream]}</b> {TITLES[stream]}</li>'
        for stream in streams
    )
    styles = '<li><i></i> training</li><li><i class="dashed"></i> validation</li>'
    body = f'<ul class="key">{keys}{styles}</ul><div class="charts">{"".join(figures)}</div>'
    lead = "Point at an epoch for its values, or choose a chart and use the arrow keys."
    return section("curves", "Learning curves", body, lead=lead)


def _figure(curves: Sequence[Curve], phase: str, measure: str) -> str:
    """Return one chart; nothing where the phase has not measured this."""
    lines = {
        (curve.stream, part): points
        for curve in curves
        for part in PARTS
        if (points := _finite(curve.columns.get(f"{part}/{measure}", [])))
    }
    if not lines:
        return ""
    values = [value for points in lines.values() for _, value in points]
    epochs = sorted({epoch for points in lines.values() for epoch, _ in points})
    top = 1.0 if measure == "top1" else max(values) * 1.05
    plot = Plot((epochs[0], epochs[-1]), (min(0.0, *values), top))
    drawn = "".join(_line(plot, *key, points) for key, points in lines.items())
    stops = [Stop(plot.x(epoch), None, _words(epoch, lines)) for epoch in epochs]
    title = f"{PHASES.get(phase, phase)}, {MEASURES[measure]}"
    content = plot.axes("epoch", MEASURES[measure]) + drawn
    label = f"{title}, by epoch"
    shown = chart(content, (plot.width, plot.height), label=label, stops=stops)
    return f"<figure><figcaption>{text(title)}</figcaption>{shown}</figure>"


def _finite(points: Points) -> Points:
    """Leave out what cannot be drawn: a loss that overflowed."""
    return [point for point in points if math.isfinite(point[1])]


def _line(plot: Plot, stream: str, part: str, points: Points) -> str:
    path = " ".join(f"{plot.x(epoch)},{plot.y(value)}" for epoch, value in points)
    every = -(-len(points) // MOST_MARKS)
    marks = "".join(
        f'<text class="point" x="{plot.x(epoch)}" y="{plot.y(value) + 3:.1f}">'
        f"{MARKS[stream]}</text>"
        for epoch, value in points[::every]
    )
    dashed = " dashed" if part == "val" else ""
    return f'<g class="{stream}{dashed}"><polyline points="{path}"/>{marks}</g>'


def _words(epoch: float, lines: Mapping[tuple[str, str], Points]) -> str:
    told = [
        f"{TITLES[stream]} {PARTS[part]} {dict(points)[epoch]:.3f}"
        for (stream, part), points in lines.items()
        if epoch in dict(points)
    ]
    return f"epoch {epoch:g}: {', '.join(told)}"
