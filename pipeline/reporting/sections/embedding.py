"""t-SNE of pooled features: a point a test clip, its mark that of its class."""

from collections.abc import Mapping

import numpy as np

from pipeline.evaluation.classes import Classes
from pipeline.reporting.console import TITLES
from pipeline.reporting.embedding import SHAPES, Embedded, class_marks
from pipeline.reporting.markup import section, text
from pipeline.reporting.svg import Stop, chart

SIZE, MARGIN = (400, 290), 10
"""Width, height, and what is left free at the borders."""
OUTLINES = (
    "M-4.4 0a4.4 4.4 0 1 0 8.8 0a4.4 4.4 0 1 0-8.8 0",
    "M-4-4H4V4H-4z",
    "M0-5 4.6 3.6H-4.6z",
    "M0-5.4 5.4 0 0 5.4-5.4 0z",
    "M0 5 4.6-3.6H-4.6z",
    "M0-5.2 4.9-1.6 3 4.2H-3L-4.9-1.6z",
    "M-2.2 0a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0-4.4 0",
)
"""Circle, square, triangle, diamond, triangle on its tip, pentagon; a dot for rare classes."""
SCHEMES = {
    True: "A colour is a verb, a shape a noun.",
    False: "Colour and shape together are a class.",
}
"""What marks mean, by whether they are of a class's parts."""


def embedding_section(streams: Mapping[str, Embedded], classes: Classes) -> str:
    """Return a scatter for each stream, and a legend whose buttons leave one class in colour."""
    labels = np.unique(np.concatenate([each.labels for each in streams.values()]))
    marks = class_marks(np.concatenate([each.labels for each in streams.values()]), classes)
    figures = "".join(
        f"<figure><figcaption>{TITLES[name]} stream</figcaption>"
        f"{_scatter(name, each, marks.pairs, classes)}</figure>"
        for name, each in streams.items()
    )
    buttons = "".join(
        f'<button type="button" class="plain" data-class="{label}" aria-pressed="false">'
        f'<svg viewBox="-7 -7 14 14" aria-hidden="true">{_mark(marks.pairs[label])}</svg>'
        f"{text(classes.names[label])}</button>"
        for label in labels.tolist()
    )
    legend = f'<div class="legend" role="group" aria-label="Classes">{buttons}</div>'
    lead = (
        "t-SNE of the features before the classifier, averaged over a clip: clips lie close where "
        "the network sees them alike; the size of gaps and groups means nothing. Filled: the "
        f"stream names the clip’s class; hollow: another. {SCHEMES[marks.are_parts]}"
    )
    body = f'{_symbols()}<div data-legend><div class="charts">{figures}</div>{legend}</div>'
    return section("features", "Features", body, lead=lead)


def _scatter(
    stream: str, embedded: Embedded, marks: Mapping[int, tuple[int, int]], classes: Classes
) -> str:
    low, high = embedded.points.min(axis=0), embedded.points.max(axis=0)
    room = np.array(SIZE) - 2 * MARGIN
    scale = 1 / max(float(((high - low) / room).max()), 1e-9)
    places = np.array(SIZE) / 2 + (embedded.points - (low + high) / 2) * scale  # (N, 2)
    order = np.lexsort((embedded.named, embedded.labels))
    drawn, stops = [], []
    for row in order.tolist():
        x, y = (round(float(value), 1) for value in places[row])
        label, named = int(embedded.labels[row]), int(embedded.named[row])
        place = f'transform="translate({x} {y})" data-class="{label}"'
        drawn.append(_mark(marks[label], place, is_filled=label == named))
        verdict = "right" if label == named else f"named {classes.names[named]}"
        stops.append(Stop(x, y, f"{classes.names[label]}, {verdict}; {embedded.clips[row]}"))
    right = int((embedded.labels == embedded.named).sum())
    words = (
        f"Features of {len(stops)} test clips in the {TITLES[stream]} stream, "
        f"{right} of them named right"
    )
    return chart("".join(drawn), SIZE, label=words, stops=stops)


def _mark(mark: tuple[int, int], attributes: str = "", *, is_filled: bool = True) -> str:
    colour, shape = mark
    kind = "rare" if shape == SHAPES else f"k{colour}"
    return f'<use href="#mark{shape}" class="{kind}{"" if is_filled else " hollow"}" {attributes}/>'


def _symbols() -> str:
    paths = "".join(f'<path id="mark{n}" d="{outline}"/>' for n, outline in enumerate(OUTLINES))
    return f'<svg class="symbols" aria-hidden="true"><defs>{paths}</defs></svg>'
