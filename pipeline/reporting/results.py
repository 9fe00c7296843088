"""The results table's rows: this run beside earlier ones with another attention."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.reporting.metrics_file import STREAMS, interval_name
from pipeline.statistics.bootstrap import Interval

NO_ATTENTION = "none"
INERT = ("explain.", "gaze_metrics.", "report.interval_seed", "report.overlay_")
"""What params that change no accuracy begin with."""
MEASURES = ("micro", "macro")


@dataclass(frozen=True)
class ResultRow:
    """Test accuracies of one attention method, on equal data, split, recipe and seed.

    Args:
        attention: the method's name; ``none`` is the baseline.
        micro: micro accuracy in [0, 1] by stream (``rgb``, ``flow``, ``joint``, ``fused``).
        macro: macro accuracy, likewise.
        intervals: 95 %, by stream and measure, where there is one.
        run: name of the run that gave them.
        link: address of the run in the tracking store; empty where there is none.
        is_this_run: whether the report is about it.
    """

    attention: str
    micro: Mapping[str, float]
    macro: Mapping[str, float]
    intervals: Mapping[tuple[str, str], Interval]
    run: str
    link: str
    is_this_run: bool


def arrange(this: ResultRow, others: Sequence[ResultRow]) -> list[ResultRow]:
    """Return one row an attention, the baseline first, then by name.

    Of several earlier runs of a method the first given stays: they come newest first. This run
    replaces earlier ones of its own method.
    """
    rows = {this.attention: this}
    for other in others:
        rows.setdefault(other.attention, other)
    return sorted(rows.values(), key=lambda row: (row.attention != NO_ATTENTION, row.attention))


@dataclass(frozen=True)
class EarlierRun:
    """A finished run of the data set: its name, address, flat params and flat metrics."""

    name: str
    link: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]


def earlier_results(
    runs: Iterable[EarlierRun], params: Mapping[str, object], metrics: Mapping[str, float]
) -> list[ResultRow]:
    """Find results of other attention methods that may stand beside this run's.

    Args:
        runs: finished runs of the data set, newest first.
        params: this run's params, flat.
        metrics: this run's, as `flat_metrics` names them.

    Returns:
        a row for each run on as many test clips with the same chance, whose params are this run's
        but for the attention and what only the page shows.
    """
    wanted = _comparable(params)
    return [
        _row(run)
        for run in runs
        if "model.attention" in run.params
        and _comparable(run.params) == wanted
        and all(run.metrics.get(name) == metrics[name] for name in ("test/clips", "test/chance"))
    ]


def _row(run: EarlierRun) -> ResultRow:
    return ResultRow(
        attention=run.params["model.attention"],
        micro=_shares(run.metrics, "micro"),
        macro=_shares(run.metrics, "macro"),
        intervals={
            (stream, measure): interval
            for stream in STREAMS
            for measure in MEASURES
            if (interval := _interval(run.metrics, stream, measure))
        },
        run=run.name,
        link=run.link,
        is_this_run=False,
    )


def _comparable(params: Mapping[str, object]) -> dict[str, str]:
    return {
        key: str(value)
        for key, value in params.items()
        if key != "model.attention" and not key.startswith(INERT)
    }


def _shares(metrics: Mapping[str, float], measure: str) -> dict[str, float]:
    names = {stream: f"test/{stream}/{measure}" for stream in STREAMS}
    return {stream: metrics[name] for stream, name in names.items() if name in metrics}


def _interval(metrics: Mapping[str, float], stream: str, measure: str) -> Interval | None:
    """Return an interval; earlier runs of older code have none."""
    names = [interval_name(stream, measure, end) for end in Interval._fields]
    if not all(name in metrics for name in names):
        return None
    return Interval(*(metrics[name] for name in names))
