"""The confusion matrix, to be asked cell by cell, and the commonest confusions in words."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from pipeline.evaluation.classes import Classes
from pipeline.reporting.markup import section, table, text

MOST_CONFUSIONS = 8
CELLS = ((30, 20), (60, 14))
"""Up to so many classes, so many units a cell; the numbers in cells need the largest."""
SMALLEST_CELL = 10
LETTER = 0.58
"""Mean width of a letter as a share of its size."""
LONGEST_LABEL = 26


def confusion_section(confusion: Int[np.ndarray, "K K"], classes: Classes) -> str:
    """Return the matrix with its tools, and the table of the commonest confusions.

    A matrix too large for numbers in its cells begins normalised: few classes have many clips.
    """
    is_normalised = not _has_numbers(len(classes.names))
    tools = (
        '<div class="tools"><button type="button" data-normalise '
        f'aria-pressed="{str(is_normalised).lower()}">Normalise rows</button>'
        '<button type="button" data-unselect hidden>Show all classes</button></div>'
        '<p class="told" id="confusion-told" role="status">Point at a cell for its clips. Choose '
        "one, or a class’s name, to see that class.</p>"
    )
    keys = (
        '<p class="note" id="confusion-keys">With the keyboard: arrow keys go from cell to cell, '
        "Enter chooses the true class, Escape shows all.</p>"
    )
    grid = (
        '<div class="scroll" tabindex="-1" role="group" aria-label="Confusion matrix">'
        f"{draw_matrix(confusion, classes.names)}</div>"
    )
    listed = _commonest(confusion, classes.names)
    body = f'<div class="beside"><figure>{tools}{grid}{keys}</figure>{listed}</div>'
    lead = "Fused scores; a row is a true class. Right answers lie on the diagonal."
    return section("confusion", "Confusions", body, lead=lead)


def draw_matrix(confusion: Int[np.ndarray, "K K"], names: Sequence[str]) -> str:
    """Return the matrix as SVG; cells without a clip are not drawn.

    Each cell carries its count, and two shades from 0 to 1: its share of the row, and its count by
    the largest count.
    """
    num_classes = len(names)
    cell = _cell_size(num_classes)
    font = min(12, cell - 2)
    margin = round(min(max(map(len, names)), LONGEST_LABEL) * font * LETTER + 24)
    extent = margin + cell * num_classes + 2
    label = (
        f"Confusion matrix of {num_classes} classes; {confusion.trace()} of {confusion.sum()} "
        "test clips are on its diagonal"
    )
    content = (
        f'<path class="ruling" d="{_ruling(num_classes, cell, margin)}"/>'
        f'<path class="band" hidden=""/>{_cells(confusion, cell, margin)}'
        f"{_labels(names, cell, margin)}"
        f'<rect class="cursor" width="{cell}" height="{cell}" hidden=""/>'
    )
    return (
        f'<svg id="matrix" role="application" aria-roledescription="matrix" tabindex="0" '
        f'aria-label="{text(label)}" aria-describedby="confusion-keys" '
        f'class="{"" if _has_numbers(num_classes) else "shares"}" '
        f'style="width:{extent}px;font-size:{font}px" viewBox="0 0 {extent} {extent}" '
        f'data-cell="{cell}" data-margin="{margin}" data-classes="{num_classes}">{content}</svg>'
    )


def _cell_size(num_classes: int) -> int:
    return next((size for most, size in CELLS if num_classes <= most), SMALLEST_CELL)


def _has_numbers(num_classes: int) -> bool:
    return _cell_size(num_classes) == CELLS[0][1]


def _cells(confusion: np.ndarray, cell: int, margin: int) -> str:
    totals, highest = confusion.sum(axis=1), confusion.max(initial=1)
    has_numbers = _has_numbers(len(confusion))
    drawn = []
    for row, column in np.argwhere(confusion).tolist():
        count = int(confusion[row, column])
        share = count / int(totals[row])
        x, y = margin + column * cell, margin + row * cell
        kind = ' class="right"' if row == column else ""
        drawn.append(
            f'<rect{kind} x="{x}" y="{y}" width="{cell}" height="{cell}" data-count="{count}" '
            f'style="--share:{share:.3f};--count:{count / highest:.3f}"/>'
        )
        if has_numbers:
            drawn.append(f'<text x="{x + cell / 2:g}" y="{y + cell * 0.68:g}">{count}</text>')
    return f'<g class="cells">{"".join(drawn)}</g>'


def _labels(names: Sequence[str], cell: int, margin: int) -> str:
    """Return names left of the rows and above the columns; ``data-name`` holds them whole."""
    drawn = []
    for number, name in enumerate(names):
        centre = margin + (number + 0.68) * cell
        shown = name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"
        own = f'data-class="{number}" data-name="{text(name)}"'
        drawn.append(
            f'<text class="row" {own} x="{margin - 6}" y="{centre:g}">{text(shown)}</text>'
        )
        place = f"translate({centre:g} {margin - 6}) rotate(-90)"
        drawn.append(f'<text class="column" {own} transform="{place}">{text(shown)}</text>')
    titles = (
        f'<text class="end title" x="{margin - 6}" y="{margin - 26}">named →</text>'
        f'<text class="end title" x="{margin - 6}" y="{margin - 8}">true ↓</text>'
    )
    return f'<g class="labels">{"".join(drawn)}{titles}</g>'


def _ruling(num_classes: int, cell: int, margin: int) -> str:
    end = margin + num_classes * cell
    return "".join(
        f"M{margin} {place}H{end}M{place} {margin}V{end}" for place in range(margin, end + 1, cell)
    )


def _commonest(confusion: np.ndarray, names: Sequence[str]) -> str:
    """Return the table of the commonest confusions; nothing where every clip is right."""
    wrong = confusion - np.diag(confusion.diagonal())
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_CONFUSIONS]
    pairs = [divmod(int(cell), len(names)) for cell in order]
    rows = [
        [text(names[true]), text(names[named]), f"{wrong[true, named]} of {confusion[true].sum()}"]
        for true, named in pairs
        if wrong[true, named]
    ]
    return table(["true", "named", "clips"], rows, caption="Commonest confusions") if rows else ""
