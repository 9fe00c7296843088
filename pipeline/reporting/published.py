"""Figures that papers print for a data set, and the marks of the protocols behind them."""

from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

PUBLISHED_PATH = Path(__file__).with_name("published.yaml")
DATASET = "egtea"
"""The data set that the figures are of."""

MARKS = {
    "official_split1": ("split 1", "the official split 1"),
    "official_split2": ("split 2", "the official split 2"),
    "official_split3": ("split 3", "the official split 3"),
    "mean_of_splits": ("3 splits", "the mean of the three official splits"),
    "iga_widened": ("split 1 wide", "split 1 with clips widened to 24 frames, by IGA"),
    "split1_many_views": ("split 1 ×30", "the official split 1, 30 views of each clip"),
    "session_disjoint": ("sessions apart", "no session is in both training and test"),
    "subject_disjoint": ("subjects apart", "no subject is in both training and test"),
    "unclear": ("unclear", "the source does not say, or sources differ"),
}
"""A mark for each protocol, and its words. Numbers of different marks may not be compared."""


@dataclass(frozen=True)
class Published:
    """A row of a paper's table.

    Args:
        method: as the paper calls it.
        year: of the paper.
        gaze: none, training or test: what it is used for.
        micro: in percent; None where it is not given.
        macro: mean class accuracy, likewise.
        protocol: a key of `MARKS`.
        source: paper and table.
    """

    method: str
    year: int
    gaze: str
    micro: float | None
    macro: float | None
    protocol: str
    source: str


def read_published(dataset: str) -> list[Published]:
    """Return the printed figures of a data set, lowest first; none of any but EGTEA Gaze+."""
    if dataset != DATASET:
        return []
    rows = YAML(typ="safe").load(PUBLISHED_PATH)
    return sorted((Published(**row) for row in rows), key=lambda row: row.micro or row.macro or 0.0)


def protocol_mark(protocol: str) -> tuple[str, str]:
    """Return the mark and the words of a protocol; other data sets' protocols are their names."""
    return MARKS.get(protocol, (protocol, "as the data set’s lists have it"))
