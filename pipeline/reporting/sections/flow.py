"""Flow quality: how far things move in the stored flow, and how much is clipped at its bound."""

import math

from pipeline.reporting.flow_quality import PERCENTILES, FlowQuality, SessionFlow
from pipeline.reporting.markup import section, table, text
from pipeline.reporting.numbers import count, decimal
from pipeline.reporting.svg import Plot, Stop, chart

DECADES = (-5.0, 0.0)
"""Powers of ten of the histogram's axis."""
NO_FLOW = "This method needs no flow, so that none was computed."
SMALLEST_SHARE = 1e-5
LARGE_SHARE = 0.01
"""Of clipped vectors, from which the page says what to do."""


def flow_section(quality: FlowQuality | None) -> str:
    """Return the distribution of lengths, and a table of sessions."""
    if quality is None:
        return section("flow", "Flow quality", f'<p class="note">{NO_FLOW}</p>')
    lead = (
        f"Stored flow reaches ±{quality.bound_pixels:g} pixels a frame in each direction at the "
        f"stored size. Lengths are of a seeded sample of {quality.images} images; clipped vectors "
        "were counted in all of them."
    )
    facts = {
        "median length": f"{quality.percentiles[50]:.2f} px",
        "95 % are below": f"{quality.percentiles[95]:.2f} px",
        "99 % are below": f"{quality.percentiles[99]:.2f} px",
        "stored as no motion": small_percent(quality.still),
        "clipped at the bound": small_percent(quality.clipped),
    }
    listed = "".join(f"<li><span>{key}</span> {value}</li>" for key, value in facts.items())
    advice = ""
    if quality.clipped > LARGE_SHARE:
        advice = (
            '<p class="note">More than 1 % of vectors are clipped: a larger '
            "<code>flow.bound_pixels</code> keeps them, with coarser levels.</p>"
        )
    sessions = table(
        ["session", "pairs", *(f"{each} %" for each in PERCENTILES), "clipped"],
        [_row(name, own) for name, own in quality.sessions.items()],
        caption=f"{len(quality.sessions)} sessions; pixels that 50, 95, 99 % of vectors are below",
        kind="sortable numbers",
    )
    body = (
        f'<ul class="chips">{listed}</ul>{advice}<div class="beside"><figure class="small">'
        f"<figcaption>Lengths of flow vectors</figcaption>{_histogram(quality)}</figure>"
        f'<div class="tall">{sessions}</div></div>'
    )
    return section("flow", "Flow quality", body, lead=lead)


def small_percent(share: float) -> str:
    """Return a share in percent with three digits, however small; below a thousandth says so."""
    return "< 0.001 %" if 0 < share < SMALLEST_SHARE else f"{100 * share:.3g} %"


def _histogram(quality: FlowQuality) -> str:
    plot = Plot((0.0, quality.longest), DECADES, left=62)
    width = quality.longest / len(quality.shares)
    bars, stops = [], []
    for number, share in enumerate(quality.shares.tolist()):
        low, high = number * width, (number + 1) * width
        words = f"{low:.1f} to {high:.1f} pixels: {small_percent(share)} of vectors"
        stops.append(Stop(plot.x((low + high) / 2), None, words))
        if share > 10 ** DECADES[0]:
            top, floor = plot.y(math.log10(share)), plot.y(DECADES[0])
            left, right = plot.x(low) + 0.5, plot.x(high) - 0.5
            bars.append(f"M{left:.1f} {floor}V{top}H{right:.1f}V{floor}z")
    marks = {
        float(power): f"{100 * 10.0**power:g} %"
        for power in range(int(DECADES[0]), int(DECADES[1]) + 1)
    }
    bound = plot.x(quality.bound_pixels)
    content = (
        f"{plot.axes('pixels a frame', 'share of vectors', marks)}"
        f'<path class="bars" d="{"".join(bars)}"/>'
        f'<path class="cursor dashed" d="M{bound} {plot.TOP}V{plot.y(DECADES[0])}"/>'
        f'<text class="end" x="{bound - 4:.1f}" y="{plot.TOP + 10}">bound</text>'
    )
    median = quality.percentiles[50]
    label = f"Histogram of the lengths of flow; half of the vectors are below {median:.2f} pixels"
    return chart(content, (plot.width, plot.height), label=label, stops=stops)


def _row(name: str, own: SessionFlow) -> list[str]:
    known = own.percentiles or {}
    return [
        text(name),
        f'<span data-value="{own.pairs}">{count(own.pairs)}</span>',
        *(_sorted_by(known.get(each), decimal(known.get(each))) for each in PERCENTILES),
        _sorted_by(own.clipped, small_percent(own.clipped)),
    ]


def _sorted_by(value: float | None, words: str) -> str:
    return f'<span data-value="{-1 if value is None else value:.6g}">{words}</span>'
