"""What a comparison found, as data: tables, the figure and the JSON file show these."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.experiments.groups import Group
from pipeline.statistics.bootstrap import Interval

LEVEL = 0.05
"""Corrected p-values below it are called real."""

REAL, NOISE = "real", "within noise"


@dataclass(frozen=True)
class Estimate:
    """An accuracy of a group.

    Args:
        value: in [0, 1]; the mean over seeds where there are several.
        sd: standard deviation over seeds; None with one.
        interval: 95 %, over sessions, and over seeds where there are several; None with a single
            session.
    """

    value: float
    sd: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Difference:
    """An accuracy of one group less another's, on the same clips.

    Args:
        stream: fused, rgb, flow or joint.
        metric: micro or macro.
        first: label of the group that is compared with.
        second: label of the group whose gain it is.
        value: second less first, in [-1, 1].
        interval: 95 %, from the same resamples for both groups.
        permutation_p: of the sign-flip test over sessions.
        seeds_p: of Welch's test over seeds; None where both groups have a single one.
        combined_p: of both kinds of chance together; None likewise, and with a single session.
        mcnemar_p: of McNemar's exact test over clips, for micro and single trainings alone.
        corrected_p: the largest of the first three p-values, corrected by Holm for all questions
            asked of this stream.
        corrected_mcnemar_p: McNemar's, likewise.
    """

    stream: str
    metric: str
    first: str
    second: str
    value: float
    interval: Interval | None
    permutation_p: float
    seeds_p: float | None
    combined_p: float | None
    mcnemar_p: float | None
    corrected_p: float
    corrected_mcnemar_p: float | None

    @property
    def p_value(self) -> float:
        """The largest p-value: each kind of chance must be ruled out, and their sum."""
        return max(self.permutation_p, self.seeds_p or 0.0, self.combined_p or 0.0)

    @property
    def is_real(self) -> bool:
        """Whether chance alone would do as much in fewer than 5 % of such comparisons."""
        return self.corrected_p < LEVEL

    @property
    def verdict(self) -> str:
        """The same in words; with single seeds it says nothing of another training."""
        real = REAL if self.seeds_p is not None else f"{REAL} (one seed)"
        return real if self.is_real else NOISE


@dataclass(frozen=True)
class ClassGain:
    """The fused answers to one class's test clips.

    Args:
        first: label of the group that is compared with.
        second: label of the group whose gain it is.
        class_id: 0-based id.
        name: of the class.
        num_clips: test clips of the class.
        first_right: how many the first group names right; a mean over seeds.
        second_right: how many the second does.
    """

    first: str
    second: str
    class_id: int
    name: str
    num_clips: int
    first_right: float
    second_right: float

    @property
    def gain(self) -> float:
        """Clips more that the second names right."""
        return self.second_right - self.first_right


@dataclass(frozen=True)
class Comparison:
    """All that was found.

    Args:
        groups: the methods, in the order given.
        num_clips: test clips.
        num_sessions: sessions of the test clips.
        chance: accuracy of always naming the commonest training class.
        accuracies: by stream, label and metric.
        differences: of all streams, fused first.
        gains: by class, for each pair that was compared.
        varied: params that differ, a line each.
        warnings: why the numbers may not be comparable: what differs, and how, a line each.
    """

    groups: tuple[Group, ...]
    num_clips: int
    num_sessions: int
    chance: float
    accuracies: Mapping[str, Mapping[str, Mapping[str, Estimate]]]
    differences: tuple[Difference, ...]
    gains: tuple[ClassGain, ...]
    varied: tuple[str, ...]
    warnings: Mapping[str, list[str]]

    def of(self, stream: str) -> list[Difference]:
        """Return the differences of one stream."""
        return [difference for difference in self.differences if difference.stream == stream]
