"""The table of classes: sorted by any column, filtered by words, each class to be chosen."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.metrics import ClassRow, class_table
from pipeline.reporting.markup import section, share_cell, table, text

HEAD = ("class", "test clips", "right", "recall", "precision", "named instead")


def classes_section(confusion: Int[np.ndarray, "K K"], classes: Classes) -> str:
    """Return every class with its share of right clips, the largest first."""
    rows = sorted(class_table(confusion), key=lambda row: (-row.num_clips, row.class_id))
    body = [_cells(row, confusion[row.class_id], classes.names) for row in rows]
    own = [f' id="class-{row.class_id}" data-class="{row.class_id}"' for row in rows]
    absent = sum(row.num_clips == 0 for row in rows)
    lead = (
        "Fused scores. Recall is the share of the class’s clips that were named so, precision the "
        "share of those named so that are of the class."
    )
    if absent:
        lead += f" {absent} classes have no test clip; Provenance says how macro counts them."
    caption = f"Accuracy of {len(rows)} classes"
    listed = table(HEAD, body, caption=caption, kind="sortable numbers", row_attributes=own)
    tools = (
        '<div class="tools" data-filter hidden><label>Filter '
        '<input type="search" placeholder="words of a class" autocomplete="off"></label>'
        f'<span role="status">{len(rows)} classes</span></div>'
    )
    return section("classes", "Classes", f'{tools}<div class="tall">{listed}</div>', lead=lead)


def _cells(row: ClassRow, named: Int[np.ndarray, " K"], names: Sequence[str]) -> list[str]:
    name = f'<button type="button" class="plain" data-choose>{text(names[row.class_id])}</button>'
    return [
        name,
        str(row.num_clips),
        str(row.num_correct),
        share_cell(row.recall),
        share_cell(row.precision, "soft"),
        _named_instead(row, named, names),
    ]


def _named_instead(row: ClassRow, named: Int[np.ndarray, " K"], names: Sequence[str]) -> str:
    """Return the class that its wrong clips are most often taken for, and how many of them."""
    others = named.copy()
    others[row.class_id] = 0
    commonest = int(others.argmax())
    number = int(others[commonest])
    if not number:
        return '<span data-value="0">–</span>'
    return f'<span data-value="{number}">{text(names[commonest])} ({number})</span>'
