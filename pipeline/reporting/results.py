"""The results table's rows: this run beside earlier ones with another attention."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NO_ATTENTION = "none"


@dataclass(frozen=True)
class ResultRow:
    """Test accuracies of one attention method, on equal data, split, recipe and seed.

    Args:
        attention: the method's name; ``none`` is the baseline.
        micro: micro accuracy in [0, 1] by stream (``rgb``, ``flow``, ``joint``, ``fused``).
        macro: macro accuracy, likewise.
        run: name of the run that gave them.
        link: address of the run in the tracking store; empty where there is none.
        is_this_run: whether the report is about it.
    """

    attention: str
    micro: dict[str, float]
    macro: dict[str, float]
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
        but for the attention and the report's own.
    """
    wanted = _comparable(params)
    return [
        ResultRow(
            attention=run.params["model.attention"],
            micro=_shares(run.metrics, "micro"),
            macro=_shares(run.metrics, "macro"),
            run=run.name,
            link=run.link,
            is_this_run=False,
        )
        for run in runs
        if "model.attention" in run.params
        and _comparable(run.params) == wanted
        and all(run.metrics.get(name) == metrics[name] for name in ("test/clips", "test/chance"))
    ]


def _comparable(params: Mapping[str, object]) -> dict[str, str]:
    return {
        key: str(value)
        for key, value in params.items()
        if key != "model.attention" and not key.startswith("report.")
    }


def _shares(metrics: Mapping[str, float], kind: str) -> dict[str, float]:
    names = {stream: f"test/{stream}/{kind}" for stream in ("rgb", "flow", "joint", "fused")}
    return {stream: metrics[name] for stream, name in names.items() if name in metrics}
