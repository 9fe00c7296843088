"""What a study's file says is printed, line by line, beside what was measured."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from pipeline.experiments.paired import TESTED
from pipeline.experiments.read import STREAMS
from pipeline.experiments.results import Difference
from pipeline.studies.measure import Measured, Ours
from pipeline.studies.params import Printed, Row, Study
from pipeline.studies.plan import Plan


@dataclass(frozen=True)
class Line:
    """One accuracy of a row on a split, or on the mean of all.

    Args:
        row: of the study.
        stream: whose scores.
        metric: micro, macro or gflops.
        split: of the study, or ``mean``.
        printed: what the paper says of the row; None where it says nothing.
        value: the figure itself, in percent; None where there is none, or it cannot be read.
        ours: None where nothing was measured.
    """

    row: str
    stream: str
    metric: str
    split: str
    printed: Printed | None
    value: float | None
    ours: Ours | None


def arrange_lines(plan: Plan, measured: Measured) -> list[Line]:
    """Return the lines of the study's table: all that is printed, and the headline of each row.

    Of a study of our own, of which nothing is printed, all streams are told.
    """
    return [line for row in plan.study.rows for line in _lines_of(row, plan, measured)]


def printed_value(study: Study, row: str, stream: str, metric: str, split: str) -> float | None:
    """Return a printed figure in percent, or None where there is none."""
    for own in study.rows:
        if own.name == row:
            for printed in own.printed:
                if (printed.stream, printed.metric) == (stream, metric):
                    return printed.values.get(split)
    return None


def printed_difference(plan: Plan, difference: Difference, split: str) -> float | None:
    """Return the printed difference of two rows in points; None beside a mean of some splits."""
    if split not in shown_splits(plan):
        return None
    ends = [
        printed_value(plan.study, row, difference.stream, difference.metric, split)
        for row in (difference.first, difference.second)
    ]
    return None if ends[0] is None or ends[1] is None else ends[1] - ends[0]


def printed_streams(study: Study) -> list[str]:
    """Return the streams of which anything is printed, the headline's first; of our own, all."""
    if study.source is None:
        return list(STREAMS)
    printed = [each.stream for row in study.rows for each in row.printed]
    return list(dict.fromkeys([study.headline.stream, *printed]))


def shown_splits(plan: Plan) -> list[str]:
    """Return the splits that are run, and ``mean`` where these are all that it is taken over."""
    is_whole = len(plan.splits) == len(plan.study.splits)
    return [*plan.splits, *([plan.averaged] if plan.averaged and is_whole else [])]


def _lines_of(row: Row, plan: Plan, measured: Measured) -> Iterator[Line]:
    headline = (plan.study.headline.stream, plan.study.headline.metric)
    told = {(printed.stream, printed.metric): printed for printed in row.printed}
    own = [headline] if plan.study.source else list(product(STREAMS, TESTED))
    wanted = dict.fromkeys([*told, *([] if row.absent else own)])
    for stream, metric in wanted:
        printed = told.get((stream, metric))
        for split in shown_splits(plan):
            ours = measured.ours.get((row.name, stream, metric, split))
            is_told = printed is not None and split in printed.values
            if is_told or ours:
                value = printed.values.get(split) if printed else None
                yield Line(row.name, stream, metric, split, printed, value, ours)
