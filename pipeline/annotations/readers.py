"""The data sets that the index can read, by name."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.annotations.egtea import has_egtea_gaze, read_egtea
from pipeline.annotations.listing import Listing
from pipeline.annotations.table import has_table_gaze, read_table

READERS: dict[str, Callable[[Path, Sequence[int]], Listing]] = {
    "kitchen": read_egtea,
    "egtea": read_egtea,
    "table": read_table,
}
"""Each takes the data set's root, and the numbers of the official splits to read, if it has any."""

GAZE_CHECKS: dict[str, Callable[[Path], bool]] = {
    "kitchen": lambda _root: True,  # it is rendered with gaze, perhaps after this is asked
    "egtea": has_egtea_gaze,
    "table": has_table_gaze,
}


def has_gaze(dataset: str, root: Path) -> bool:
    """Whether a data set brings any gaze, judged without opening a recording."""
    return GAZE_CHECKS[dataset](root)


def dataset_folder(root: Path) -> Path:
    """Return the folder that the index's paths are below: a table's root may be the CSV itself."""
    return root if root.is_dir() else root.parent
