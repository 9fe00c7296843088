"""A study in words and tables: one Markdown text, aligned so that it reads in a terminal."""

from collections import Counter
from collections.abc import Sequence

from pipeline.experiments.table import (
    STREAM_TITLES,
    interval_text,
    markdown_table,
    p_value,
    percent,
    points,
)
from pipeline.studies.measure import Measured, Ours, SplitFacts
from pipeline.studies.plan import Plan
from pipeline.studies.printed import (
    Line,
    arrange_lines,
    printed_difference,
    printed_streams,
    shown_splits,
)

METRIC_TITLES = {"micro": "micro", "macro": "macro", "gflops": "GFLOPs"}
NOTHING = "–"

HOW_TO_READ = """\
Ours: mean over seeds ± their standard deviation, then the 95 % interval in brackets: sessions are \
drawn anew, and Student's noise of seeds is added where there are several.
A session that several splits test is drawn for all of them at once.
p is that of exchanging two rows' answers session by session, or, where there are several seeds, \
of Welch's test over them or of both together, whichever is largest.
p Holm is corrected for all questions of one stream.
real: p Holm is below 0.05; within noise: chance alone does as much more often."""

ONE_SEED = """
One seed: p says whether these trained networks differ, not whether training anew would give \
networks that differ."""


def describe_study(plan: Plan, measured: Measured) -> str:
    """Return the whole text, Markdown."""
    lines = arrange_lines(plan, measured)
    parts = [
        f"# {plan.study.title}",
        *_setting(plan, measured),
        _count(plan, measured),
        *_warnings(measured),
        "## Accuracy in %",
        _accuracies(lines),
        _notes(lines),
        "## Differences in points" if measured.differences else "",
        _differences(plan, measured),
        "## How to read this",
        HOW_TO_READ + (ONE_SEED if len(plan.seeds) == 1 else ""),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def ours_text(ours: Ours | None) -> str:
    """Return an accuracy in percent, with its spread over seeds and its interval."""
    if ours is None:
        return NOTHING
    spread = f" ± {percent(ours.estimate.sd)}" if ours.estimate.sd is not None else ""
    return f"{percent(ours.estimate.value)}{spread} {interval_text(ours.estimate.interval)}"


def describe_split(plan: Plan, split: str) -> str:
    """Return a split's name, or words for a mean over fewer splits than the study's."""
    return split if split in shown_splits(plan) else f"mean of {len(plan.splits)} splits"


def _setting(plan: Plan, measured: Measured) -> list[str]:
    source, setting = plan.study.source, plan.setting
    told = [f"Printed: {source.paper}, {source.table}; {source.setting}."] if source else []
    seeds = f"{_many('seed', plan.seeds)} {', '.join(map(str, plan.seeds))}"
    told.append(f"Ours: data set {setting.dataset}, recipe {setting.recipe}, {seeds}.")
    told += [_split(split, facts) for split, facts in measured.splits.items()]
    if source and source.dataset != setting.dataset:
        told.append(
            "**Another data set**: compare how rows differ, not the printed numbers with ours."
        )
    return told


def _split(split: str, facts: SplitFacts) -> str:
    here = "" if facts.protocol == split else f" (here {facts.protocol})"
    tested = f"{facts.num_clips} test clips of {facts.num_sessions} sessions"
    chance = f"always naming the commonest training class is right in {percent(facts.chance)} %"
    return f"{split}{here}: {tested}; {chance}."


def _count(plan: Plan, measured: Measured) -> str:
    """Say how much of the study is there, and what is not run, and why."""
    seeds = {
        (row, split, seed)
        for (row, stream, _, split), ours in measured.ours.items()
        for seed in ours.seeds
        if stream == "fused"
    }
    there = sum((cell.row, cell.split, cell.seed) in seeds for cell in plan.cells)
    told = f"{there} of {len(plan.cells)} experiments are there."
    if not plan.skipped:
        return told
    lines = [
        f"- {each.row}{f', {each.split}' if each.split else ''}: {each.reason}"
        for each in plan.skipped
    ]
    count = len({each.row for each in plan.skipped})
    return "\n".join([f"{told} {count} of {len(plan.study.rows)} rows are not run:", "", *lines])


def _warnings(measured: Measured) -> list[str]:
    return [
        "\n".join([f"**Warning**, {split}: {what}:", "", *(f"- {line}" for line in lines)])
        for split, facts in measured.splits.items()
        for what, lines in facts.warnings.items()
    ]


def _accuracies(lines: Sequence[Line]) -> str:
    marks = _marks(lines)
    columns = {
        "row": [line.row for line in lines],
        "printed as": [line.printed.row if line.printed else "" for line in lines],
        "scores": ["" if _is_told(line) else STREAM_TITLES[line.stream] for line in lines],
        "": [METRIC_TITLES[line.metric] for line in lines],
        "split": [line.split for line in lines],
        "printed": [_printed(line, marks) for line in lines],
        "ours": [ours_text(line.ours) for line in lines],
        "seeds": [str(len(line.ours.seeds)) if line.ours else "0" for line in lines],
    }
    if not any(line.printed for line in lines):
        columns = {key: cells for key, cells in columns.items() if not key.startswith("printed")}
    return markdown_table(list(columns), list(zip(*columns.values(), strict=True)))


def _is_told(line: Line) -> bool:
    """Whether a figure is none of any scores."""
    return line.metric == "gflops"


def _printed(line: Line, marks: dict[str, int]) -> str:
    if line.printed is None:
        return NOTHING
    value = NOTHING if line.value is None else f"{line.value:.2f}"
    mark = marks.get(_remark(line))
    return f"{value} [{mark}]" if mark else value


def _notes(lines: Sequence[Line]) -> str:
    return "\n".join(f"[{number}] {words}" for words, number in _marks(lines).items())


def _marks(lines: Sequence[Line]) -> dict[str, int]:
    """Number what has to be said of printed figures; equal words have one number."""
    remarks = Counter(remark for line in lines if (remark := _remark(line)))
    return {remark: number for number, remark in enumerate(remarks, start=1)}


def _remark(line: Line) -> str:
    printed = line.printed
    if printed is None:
        return ""
    return ". ".join(part for part in (printed.source, printed.protocol, printed.note) if part)


def _differences(plan: Plan, measured: Measured) -> str:
    streams = printed_streams(plan.study)
    rows = [
        [
            f"{each.second} − {each.first}",
            STREAM_TITLES[each.stream],
            each.metric,
            describe_split(plan, split),
            NOTHING
            if (printed := printed_difference(plan, each, split)) is None
            else _signed(printed),
            f"{points(each.value)} {interval_text(each.interval, signed=True)}",
            p_value(each.p_value),
            p_value(each.corrected_p),
            each.verdict,
        ]
        for split, found in measured.differences.items()
        for each in found
        if each.stream in streams
    ]
    header = ["row", "scores", "", "split", "printed", "ours", "p", "p Holm", "verdict"]
    return markdown_table(header, rows) if rows else ""


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _many(word: str, things: Sequence[object]) -> str:
    return word if len(things) == 1 else f"{word}s"
