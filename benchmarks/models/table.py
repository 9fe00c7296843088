"""The findings as lines of text."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from benchmarks.models.rows import Refused, Row

LEGEND = """\
parameters   in millions, of all that can be trained
GFLOPs       thousands of millions of multiply-adds of one clip, in convolutions and products of
             matrices (torch's counter, halved); not of pooling, batch norm, sums and gates, whose
             numbers of values stand in the results as `uncounted_million_values`
ratio        counted over published; * where rounding does not explain the difference
ms           a clip: processor time of one thread, and the wall's with a GPU"""


def format_papers(rows: Sequence[Row]) -> str:
    """Return what papers have, beside what was counted."""
    header = (
        f"{'published':27}{'clip':>9}{'parameters':>12}{'printed':>11}{'ratio':>8}"
        f"{'GFLOPs':>9}{'printed':>9}{'ratio':>8}{_clocks(rows)}"
    )
    return "\n".join([header, *map(_format_paper, rows), "", *_notes(rows)])


def _format_paper(row: Row) -> str:
    published = row.case.published
    return (
        f"{row.case.name:27}{_clip(row):>9}{row.cost.parameters / 1e6:12.4f}"
        f"{(published and published.parameters) or '-':>11}{_ratio(row, 'parameters')}"
        f"{row.cost.gflops:9.3f}{(published and published.gflops) or '-':>9}"
        f"{_ratio(row, 'gflops')}{_milliseconds(row)}"
    )


def format_options(rows: Sequence[Row]) -> str:
    """Return W3's options; the first row is TSM, the second CBAM on it."""
    header = (
        f"{'TSM, 16 frames':27}{'parameters':>12}{'GFLOPs':>9}{'over TSM':>10}{'printed':>9}"
        f"{'over CBAM':>11}{'printed':>9}{_clocks(rows)}"
    )
    lines = [_format_option(row, rows[0], rows[1]) for row in rows]
    return "\n".join([header, *lines, "printed: W3, table 6, less TSM as counted, less its CBAM"])


def _format_option(row: Row, tsm: Row, cbam: Row) -> str:
    gflops, printed = row.cost.gflops, _printed(row)
    return (
        f"{row.case.name:27}{row.cost.parameters / 1e6:12.4f}{gflops:9.3f}"
        f"{gflops - tsm.cost.gflops:10.3f}{printed - tsm.cost.gflops:9.1f}"
        f"{gflops - cbam.cost.gflops:11.3f}{printed - _printed(cbam):9.1f}{_milliseconds(row)}"
    )


def _printed(row: Row) -> float:
    published = row.case.published
    return float(published.gflops) if published and published.gflops else row.cost.gflops


def format_grid(rows: Sequence[Row], refused: Sequence[Refused]) -> str:
    """Return every attention on every backbone, and what was refused."""
    header = (
        f"{'backbone':17}{'attention':11}{'clip':>9}{'parameters':>12}{'attention':>11}"
        f"{'GFLOPs':>9}{_clocks(rows)}"
    )
    lines = [header]
    for _, group in groupby(rows, key=lambda row: row.case.backbone):
        lines += [*map(_format_pair, group), ""]
    lines += [f"refused: {each.case.name}: {each.reason}" for each in refused]
    return "\n".join(lines)


def _format_pair(row: Row) -> str:
    case, cost = row.case, row.cost
    return (
        f"{case.backbone:17}{case.attention:11}{_clip(row):>9}{cost.parameters / 1e6:12.3f}"
        f"{cost.parts.get('attention', 0) / 1e6:11.3f}{cost.gflops:9.2f}{_milliseconds(row)}"
    )


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    """Each source and each reason once, with the rows that it is about."""
    sources, reasons = defaultdict(list), defaultdict(list)
    for row in rows:
        if row.case.published:
            sources[row.case.published.source].append(row.case.name)
        if row.misses:
            reasons[row.case.note].append(row.case.name)
    yield from (f"from {source}: {'; '.join(names)}" for source, names in sources.items())
    yield ""
    yield from (f"* {'; '.join(names)}: {reason}" for reason, names in reasons.items())


def _clip(row: Row) -> str:
    return f"{row.case.frames} x {row.case.crop}"


def _ratio(row: Row, name: str) -> str:
    if name not in row.ratios:
        return f"{'-':>7} "
    return f"{row.ratios[name]:7.3f}{'*' if name in row.misses else ' '}"


def _clocks(rows: Sequence[Row]) -> str:
    return "".join(f"{f'{name} ms':>10}" for name in (rows[0].milliseconds if rows else ()))


def _milliseconds(row: Row) -> str:
    return "".join(f"{value:10.1f}" for value in row.milliseconds.values())
