"""The findings of a case, and why others have none."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.models.cases import Case, agrees
from benchmarks.models.cost import Cost, build, count_cost
from benchmarks.models.latency import Clock, time_clips
from pipeline.models.errors import ModelError
from pipeline.params import ParamsError

PYDANTIC = "Value error, "
"""What stands before our own words where a configuration was refused."""


@dataclass(frozen=True)
class Row:
    """What a case costs.

    Args:
        case: the network and its clips.
        cost: parameters and multiply-adds.
        milliseconds: of a clip, by clock; empty where nothing was timed.
    """

    case: Case
    cost: Cost
    milliseconds: dict[str, float]

    @property
    def ratios(self) -> dict[str, float]:
        """What was counted over what was published, as far as that goes."""
        return {name: value / float(printed) for name, (value, printed) in self._pairs.items()}

    @property
    def misses(self) -> list[str]:
        """Figures that no rounding makes equal to the published ones."""
        return [name for name, pair in self._pairs.items() if not agrees(*pair)]

    @property
    def _pairs(self) -> dict[str, tuple[float, str]]:
        published = self.case.published
        if published is None:
            return {}
        pairs = {
            "parameters": (self.cost.parameters / 1e6, published.parameters),
            "gflops": (self.cost.gflops, published.gflops),
        }
        return {name: (value, printed) for name, (value, printed) in pairs.items() if printed}


@dataclass(frozen=True)
class Refused:
    """A case that makes no sense.

    Args:
        case: what was asked for.
        reason: in one line.
    """

    case: Case
    reason: str


def measure(case: Case, clocks: Sequence[Clock]) -> Row:
    """Build a case's network, count and time it."""
    network = build(case)
    cost = count_cost(network, case.clips)
    return Row(case, cost, {clock.name: time_clips(network, case.clips, clock) for clock in clocks})


def try_to_measure(case: Case, clocks: Sequence[Clock]) -> Row | Refused:
    """Measure, or return why the network does not exist."""
    try:
        return measure(case, clocks)
    except (ModelError, ParamsError) as error:
        return Refused(case, str(error).rpartition(PYDANTIC)[2].removeprefix(f"{case.name}: "))


def describe(row: Row) -> dict[str, object]:
    """Return a row as JSON can hold it."""
    case, cost = row.case, row.cost
    return {
        **asdict(case),
        "parameters": cost.parameters,
        "parameters_of_parts": cost.parts,
        "gflops": round(cost.gflops, 6),
        "uncounted_million_values": {
            name: round(value, 3) for name, value in cost.uncounted.items() if value >= 1e-3
        },
        "ratios": {name: round(ratio, 5) for name, ratio in row.ratios.items()},
        "beyond_rounding": row.misses,
        "milliseconds": {name: round(value, 2) for name, value in row.milliseconds.items()},
    }
