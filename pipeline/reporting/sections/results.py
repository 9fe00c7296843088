"""Results: methods by streams with intervals, and the papers' figures beside ours."""

from collections.abc import Iterable, Mapping, Sequence

from pipeline.reporting.console import TITLES
from pipeline.reporting.markup import badge, bar, link, note, section, table, text
from pipeline.reporting.numbers import percent, percent_range
from pipeline.reporting.params import ReportConfig
from pipeline.reporting.published import Published, own_mark, protocol_mark
from pipeline.reporting.results import MEASURES, NO_ATTENTION, ResultRow

STREAMS = ("rgb", "flow", "joint", "fused")
Mark = tuple[str, str]
"""A protocol's mark and its words."""
GAZE = {"none": "–", "training": "in training", "test": "in test"}


def results_section(
    rows: Sequence[ResultRow],
    published: Sequence[Published],
    config: ReportConfig,
    protocol: Mapping[str, object],
) -> str:
    """Streams by attention method with intervals and gains, then what papers report.

    Args:
        rows: this run's and those that may stand beside it.
        published: printed figures of the data set.
        config: the run's facts.
        protocol: how its clips were divided and seen.
    """
    has_joint = any("joint" in row.micro for row in rows)
    streams = [name for name in STREAMS if name != "joint" or has_joint]
    columns = [(stream, measure) for stream in streams for measure in MEASURES]
    baseline = next((row for row in rows if row.attention == NO_ATTENTION), None)
    own = own_mark(protocol)
    body = [
        [_name(row, badge(own[0])), *(_result(row, baseline, *column) for column in columns)]
        for row in rows
    ]
    head = [f"{TITLES[stream]} {measure}" for stream, measure in columns]
    listed = table(
        ["method", *head], body, caption="Test accuracy by method and stream", kind="numbers"
    )
    lead = (
        "Equal params but for the method, and as many test clips. Below each number its 95 % "
        "interval, sessions resampled; in brackets the gain over no attention."
    )
    content = listed + _legend([own]) + _hint(rows, baseline)
    content += _published(published, rows, config, own)
    return section("results", "Results", content, lead=lead)


def _name(row: ResultRow, mark: str) -> str:
    name = "without attention" if row.attention == NO_ATTENTION else f"with {row.attention}"
    this = " " + badge("this run") if row.is_this_run else ""
    return f"{text(name)} {mark}{this}<br><small>{link(row.link, row.run)}</small>"


def _result(row: ResultRow, baseline: ResultRow | None, stream: str, measure: str) -> str:
    shares = row.micro if measure == "micro" else row.macro
    if stream not in shares:
        return "–"
    interval = row.intervals.get((stream, measure))
    return (
        f"{percent(shares[stream])}{_gain(row, baseline, stream, measure)}"
        f"{bar(shares[stream], stream, interval=interval)}<small>{percent_range(interval)}</small>"
    )


def _gain(row: ResultRow, baseline: ResultRow | None, stream: str, measure: str) -> str:
    if baseline is None or baseline is row:
        return ""
    own = row.micro if measure == "micro" else row.macro
    before = baseline.micro if measure == "micro" else baseline.macro
    if stream not in before:
        return ""
    gain = 100 * (own[stream] - before[stream])
    sign = "up" if gain > 0 else "down" if gain < 0 else "same"
    return f' <small class="{sign}">({gain:+.1f})</small>'


def _hint(rows: Sequence[ResultRow], baseline: ResultRow | None) -> str:
    """Return how to get another row, or how to find out which gains are real."""
    if len(rows) == 1:
        other = "stam" if baseline else NO_ATTENTION
        command = f"<code>dvc exp run -S model.attention={other}</code>"
        return f'<p class="note">One method so far. To set another beside it: {command}</p>'
    return (
        '<p class="note">Gains within the intervals may be chance. '
        "<code>python -m stages.compare</code> tests them on the same clips.</p>"
    )


def _legend(marks: Iterable[Mark]) -> str:
    listed = "; ".join(f"{mark}: {words}" for mark, words in dict.fromkeys(marks))
    return note(f"Protocols. {listed}.")


def _published(
    published: Sequence[Published], rows: Sequence[ResultRow], config: ReportConfig, mark: Mark
) -> str:
    """Return the table of printed figures with this run's among them, or why there is none."""
    if not published:
        return note(
            "No published figures stand here: papers report EGTEA Gaze+, and this is "
            f"{config.dataset}. Numbers of different videos say nothing about each other."
        )
    own = next(row for row in rows if row.is_this_run)
    listed = [(row.micro or row.macro or 0.0, _printed(row)) for row in published]
    listed.append((100 * own.micro["fused"], _ours(own, config, mark[0])))
    listed.sort(key=lambda each: each[0])
    shown = table(
        ["method", "year", "gaze", "micro", "macro", "protocol", "source"],
        [cells for _, cells in listed],
        caption="Papers’ figures beside ours, in percent",
        kind="numbers sources",
    )
    warning = (
        "Only numbers of one protocol may be compared, and papers give no intervals: split 1’s is "
        "about ±2 points."
    )
    return (
        shown + _legend([mark, *(protocol_mark(row.protocol) for row in published)]) + note(warning)
    )


def _printed(row: Published) -> list[str]:
    shares = [None if value is None else value / 100 for value in (row.micro, row.macro)]
    return [
        text(row.method),
        str(row.year),
        GAZE[row.gaze],
        *(percent(share) for share in shares),
        badge(protocol_mark(row.protocol)[0]),
        text(row.source),
    ]


def _ours(row: ResultRow, config: ReportConfig, mark: str) -> list[str]:
    numbers = [
        f"{percent(shares['fused'])}"
        f"<small>{percent_range(row.intervals.get(('fused', measure)))}</small>"
        for measure, shares in (("micro", row.micro), ("macro", row.macro))
    ]
    return [
        f"{text(row.attention)}, fused {badge('this run')}",
        "–",
        GAZE["none" if config.gaze == "none" else "training"],
        *numbers,
        badge(mark),
        "this report",
    ]
