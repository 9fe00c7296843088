"""Counts what every stage left out, and says when it is too much."""

from collections.abc import Iterable
from dataclasses import dataclass

STAGES = ("index", "frames", "flow", "gaze", "pack")


class PackError(ValueError):
    """Too little of the data set can be used."""


@dataclass(frozen=True)
class Tally:
    """How many clips were listed, and how many each stage left out for which reason.

    Args:
        num_listed: clips that the data set's lists name, those that index refused included.
        dropped: stage → reason → clips. A clip that several stages refused counts at the first.
        num_without_gaze: usable clips with frames that no gaze row covers.
    """

    num_listed: int
    dropped: dict[str, dict[str, int]]
    num_without_gaze: int

    @property
    def num_dropped(self) -> int:
        """Clips that were left out, by all stages together."""
        return sum(sum(reasons.values()) for reasons in self.dropped.values())

    @property
    def share(self) -> float:
        """Share of the listed clips that were left out."""
        return self.num_dropped / self.num_listed if self.num_listed else 0.0

    @property
    def rows(self) -> list[dict[str, str | int]]:
        """The counts as a table."""
        return [
            {"stage": stage, "reason": reason, "clips": count}
            for stage, reasons in self.dropped.items()
            for reason, count in reasons.items()
        ]


def count_reasons(dropped: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Count (stage, reason) pairs, one a clip, into a table that has every stage."""
    counts: dict[str, dict[str, int]] = {stage: {} for stage in STAGES}
    for stage, reason in sorted(dropped):
        reasons = counts[stage]
        reasons[reason] = reasons.get(reason, 0) + 1
    return counts


def check_share(tally: Tally, max_share: float) -> None:
    """Stop the run where too many clips were left out, or all of them.

    Raises:
        PackError: with a table of stages and reasons.
    """
    if tally.num_dropped == tally.num_listed:
        limit = "none is left to work on"
    elif tally.share > max_share:
        limit = f"more than the {max_share:.1%} that max_quarantined_share allows"
    else:
        return
    lines = [f"  {row['stage']:<7} {row['reason']:<24} {row['clips']:>6}" for row in tally.rows]
    raise PackError(
        f"{tally.num_dropped} of {tally.num_listed} listed clips ({tally.share:.1%}) are "
        f"quarantined, {limit}:\n"
        + "\n".join([f"  {'stage':<7} {'reason':<24} {'clips':>6}", *lines])
        + "\nEach is named in data/quarantine/<stage>.csv. Mend the data, or raise the share if "
        "they may be left out."
    )
