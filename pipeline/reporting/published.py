"""Figures that papers print for a data set, and the marks of the protocols behind them."""

from collections.abc import Mapping
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
CROPS = {"three_crops": 3, "ten_crops": 10}
"""Crops of each image, by the names of views; the others see one."""
ONE_VIEW = ("×1", "1 view of each clip")
"""Mark and words of what needs none: most papers' protocol."""


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


def own_mark(protocol: Mapping[str, object]) -> tuple[str, str]:
    """Return the mark and the words of a run's protocol, as ``metrics.json`` has it.

    More views of a clip than one are a mark of their own, like that of the papers with many; so
    are full images, and streams that are seen in different ways. Windows over the whole clip are
    not: papers of 3-D networks mean them too.
    """
    mark, words = protocol_mark(str(protocol["split"]))
    flow = protocol.get("flow")
    rgb_seen = _views(protocol)
    flow_seen = _views(flow) if isinstance(flow, Mapping) else rgb_seen
    if rgb_seen != flow_seen:
        (rgb_mark, rgb_words), (flow_mark, flow_words) = rgb_seen, flow_seen
        return f"{mark} {rgb_mark}, flow {flow_mark}", f"{words}, {rgb_words}, in flow {flow_words}"
    if rgb_seen == ONE_VIEW:
        return mark, words
    return f"{mark} {rgb_seen[0]}", f"{words}, {rgb_seen[1]}"


def _views(protocol: Mapping[str, object]) -> tuple[str, str]:
    """Return the mark and the words of what a stream sees of each clip."""
    clips = protocol.get("clips")
    num_windows = _count_windows(clips) if isinstance(clips, Mapping) else 1
    count = CROPS.get(str(protocol.get("views")), 1) * num_windows
    is_full = protocol.get("views") == "full"
    if count > 1:
        full = (" full", " as full images") if is_full else ("", "")
        return f"×{count}{full[0]}", f"{count} views of each clip{full[1]}"
    return ("full", "full images") if is_full else ONE_VIEW


def _count_windows(clips: Mapping[str, object]) -> int:
    """Return how many windows a clip has, where sampling fixes their number."""
    if clips.get("name") == "stacks":
        return int(str(clips["stacks"]))
    return 2 if clips.get("twice") else 1
