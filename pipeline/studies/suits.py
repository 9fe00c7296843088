"""Whether a data set can serve a row: asked before configure is, whose answer would be an error."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.params import DatasetName
from pipeline.annotations.protocols import DATASET_PROTOCOLS
from pipeline.annotations.readers import has_gaze
from pipeline.configuration.auto import AUTO, lookup

KITCHEN = "kitchen"
"""The built-in set, which always comes with gaze."""


def why_not(params: Mapping[str, object], needs: Sequence[str], root: Path) -> str | None:
    """Return in words why a row cannot be run on a data set, or None where it can.

    Args:
        params: params.yaml with the row's overrides.
        needs: what the row wants a data set to come with.
        root: the repository, from which a relative path of the data set counts.
    """
    name = str(lookup(params, "dataset.name"))
    if name not in get_args(DatasetName):
        known = ", ".join(get_args(DatasetName))
        return f"there is no reader of the data set '{name}' ({known} have one)"
    protocol = str(lookup(params, "protocol"))
    if protocol not in {AUTO, *DATASET_PROTOCOLS[name]}:
        known = ", ".join(DATASET_PROTOCOLS[name])
        return f"the data set '{name}' has no protocol {protocol} (it has {known})"
    if "gaze" in needs and name != KITCHEN:
        try:
            found = has_gaze(name, root / str(lookup(params, "dataset.root")))
        except AnnotationError:
            return None  # configure says what is wrong with the data set
        if not found:
            return f"it needs gaze, and the data set '{name}' has none"
    return None
