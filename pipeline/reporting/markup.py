"""Small pieces of HTML; every word that comes from data passes through `text`."""

import base64
import html
from collections.abc import Sequence

from pipeline.reporting.numbers import percent
from pipeline.statistics.bootstrap import Interval


def text(value: object) -> str:
    """Escape a value for use between tags and inside quoted attributes."""
    return html.escape(str(value), quote=True)


def data_uri(content: bytes, kind: str) -> str:
    """Return a file as an address that holds it; ``kind`` is as in ``image/jpeg``."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    caption: str,
    kind: str = "",
    row_attributes: Sequence[str] = (),
) -> str:
    """Return a table in a box that scrolls sideways; cells are markup, the first heads its row.

    Args:
        head: of the columns.
        rows: cells of each row.
        caption: says what the table holds, also to those who do not see it.
        kind: ``numbers`` (right-aligned), ``sortable`` (its columns' heads become buttons),
            ``facts`` (long values), or several of these.
        row_attributes: of each row, such as its ``id``; none where empty.
    """
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    attributes = row_attributes or [""] * len(rows)
    body = "".join(
        f'<tr{own}><th scope="row">{row[0]}</th>'
        f"{''.join(f'<td>{cell}</td>' for cell in row[1:])}</tr>"
        for row, own in zip(rows, attributes, strict=True)
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{text(caption)}">'
        f'<table class="{kind}"><caption>{text(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def section(anchor: str, title: str, body: str, *, lead: str = "") -> str:
    """Return a titled section that the navigation can point to."""
    return (
        f'<section id="{anchor}" aria-labelledby="{anchor}-title">'
        f'<h2 id="{anchor}-title">{text(title)}</h2>{note(lead, "lead")}{body}</section>'
    )


def note(words: str, kind: str = "note") -> str:
    """Return a paragraph of plain words, or nothing where there are none."""
    return f'<p class="{kind}">{text(words)}</p>' if words else ""


def badge(words: str, kind: str = "") -> str:
    """Return a short mark; ``kind`` is ``right``, ``wrong`` or nothing."""
    return f'<span class="badge {kind}">{text(words)}</span>'


def details(summary: str, body: str) -> str:
    """Return a part that is closed until it is asked for."""
    return f"<details><summary>{text(summary)}</summary>{body}</details>"


def link(address: str, words: str) -> str:
    """Return a link, or plain words where there is no address that a browser may follow."""
    if not address.startswith(("http://", "https://")):
        return text(words)
    return f'<a href="{text(address)}" rel="noreferrer">{text(words)}</a>'


def bar(
    share: float, kind: str, *, tick: float | None = None, interval: Interval | None = None
) -> str:
    """Return a horizontal bar of a share in [0, 1].

    Args:
        share: how long the bar is.
        kind: whose colour it has: a stream's.
        tick: where chance lies; a mark across the bar.
        interval: a line along the bar from the lower to the upper end.
    """
    marks = f'<i class="tick" style="left:{100 * tick:.1f}%"></i>' if tick is not None else ""
    if interval is not None:
        width = 100 * (interval.high - interval.low)
        marks += f'<i class="range" style="left:{100 * interval.low:.1f}%;width:{width:.1f}%"></i>'
    return (
        f'<span class="bar {kind}" aria-hidden="true">'
        f'<i class="fill" style="width:{100 * share:.1f}%"></i>{marks}</span>'
    )


def share_cell(share: float | None, kind: str = "fused") -> str:
    """Return a share as a bar and a percentage, which sorts by its value; a dash for None."""
    if share is None:
        return '<span data-value="-1">–</span>'
    return f'<span class="cell" data-value="{share:.6f}">{bar(share, kind)}{percent(share)}</span>'
