"""A comparison in words and tables: one Markdown text, aligned so that it reads in a terminal."""

from collections.abc import Sequence

from pipeline.experiments.results import Comparison, Difference, Estimate
from pipeline.statistics.bootstrap import Interval

METRICS = {"micro": "micro", "macro": "macro", "top5": "top-5", "verb": "verb", "noun": "noun"}
WITH_INTERVAL = ("micro", "macro")
STREAM_TITLES = {"fused": "Fused", "rgb": "RGB", "flow": "Flow", "joint": "Joint"}
SMALLEST_P = 0.001

NOTES = """\
Brackets are 95 % intervals: sessions are drawn anew, since clips of one session are alike, and \
Student's noise of seeds is added where a method has several (then ± is their standard deviation).
p is that of exchanging two methods' answers session by session{seeds}; p Holm is corrected for \
all questions in the table of one stream.
real: p Holm is below 0.05; within noise: chance alone does as much more often.
McNemar's p takes every clip for independent, which clips of a session are not: believe the other.
Intervals are not corrected, so one may leave zero out and still be within noise."""

ONE_SEED = """
One seed: the test says whether these two trained networks differ, not whether training both anew \
would give networks that differ."""


def describe(comparison: Comparison) -> str:
    """Return the whole text, Markdown."""
    labels = [group.label for group in comparison.groups]
    tested = f"{comparison.num_clips} test clips of {comparison.num_sessions} sessions"
    chance = (
        f"always naming the commonest training class is right in {percent(comparison.chance)} %"
    )
    parts = [
        f"# {', '.join(labels)}",
        f"{tested}; {chance}.",
        _list("What was varied", comparison.varied),
        *(_list(f"**Warning**: {what}", lines) for what, lines in comparison.warnings.items()),
        _list("What was found", [sentence(each) for each in comparison.of("fused")]),
        "## Accuracy in %",
        *(_accuracies(comparison, stream) for stream in comparison.accuracies),
        "## Differences in points" if comparison.differences else "",
        *(_differences(comparison, stream) for stream in comparison.accuracies),
        "## How to read this",
        _notes(comparison),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def sentence(difference: Difference) -> str:
    """Return a difference in one line."""
    return (
        f"{difference.second} against {difference.first}, {difference.stream} {difference.metric}: "
        f"{points(difference.value)} points {interval_text(difference.interval, signed=True)}, "
        f"p {p_value(difference.corrected_p)}: **{difference.verdict}**"
    )


def percent(share: float) -> str:
    """Return a share in percent, one decimal, without the sign."""
    return f"{100 * share:.1f}"


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    return f"{100 * difference:+.1f}".replace("-", "−")


def p_value(value: float | None) -> str:
    """Return a p-value to three digits, or a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:.3f}" if value >= SMALLEST_P else f"< {SMALLEST_P}"


def _list(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{title}:", "", *(f"- {line}" for line in lines)]) if lines else ""


def _accuracies(comparison: Comparison, stream: str) -> str:
    of_stream = comparison.accuracies[stream]
    known = [metric for metric in METRICS if any(metric in found for found in of_stream.values())]
    rows = [
        [
            label,
            *(_estimate(found[metric], with_interval=metric in WITH_INTERVAL) for metric in known),
        ]
        for label, found in of_stream.items()
    ]
    return markdown_table([STREAM_TITLES[stream], *(METRICS[metric] for metric in known)], rows)


def _estimate(estimate: Estimate, *, with_interval: bool) -> str:
    spread = f" ± {percent(estimate.sd)}" if estimate.sd is not None else ""
    bounds = f" {interval_text(estimate.interval)}" if with_interval else ""
    return f"{percent(estimate.value)}{spread}{bounds}"


def _differences(comparison: Comparison, stream: str) -> str:
    found = comparison.of(stream)
    title = STREAM_TITLES[stream]
    header = [title, "accuracy", "difference", "p", "p Holm", "McNemar", "its Holm", "verdict"]
    rows = [
        [
            f"{each.second} − {each.first}",
            each.metric,
            f"{points(each.value)} {interval_text(each.interval, signed=True)}",
            p_value(each.p_value),
            p_value(each.corrected_p),
            p_value(each.mcnemar_p),
            p_value(each.corrected_mcnemar_p),
            each.verdict,
        ]
        for each in found
    ]
    return markdown_table(header, rows) if rows else ""


def interval_text(interval: Interval | None, *, signed: bool = False) -> str:
    """Return both ends in percent, or as points with their signs; words without an interval."""
    if interval is None:
        return "[one session]"
    show = points if signed else percent
    return f"[{show(interval.low)}, {show(interval.high)}]"


def _notes(comparison: Comparison) -> str:
    sizes = [len(group.experiments) for group in comparison.groups]
    seeds = ", of Welch's test over seeds, or of both together, whichever is largest"
    seeds = seeds if max(sizes) > 1 else ""
    return NOTES.format(seeds=seeds) + (ONE_SEED if min(sizes) == 1 else "")


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose columns are as wide as their widest cell."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )
