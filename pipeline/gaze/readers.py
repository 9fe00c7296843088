"""The trackers' formats that can be read, by the name that the index gives them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.gaze.begaze import read_begaze
from pipeline.gaze.errors import GazeError
from pipeline.gaze.samples import GazeSamples

GAZE_READERS: Mapping[str, Callable[[Path], GazeSamples]] = {"begaze": read_begaze}


def read_gaze(path: Path, format_name: str) -> GazeSamples:
    """Read a gaze file of a named format.

    Raises:
        GazeError: there is no such format, or the file is broken.
    """
    if format_name not in GAZE_READERS:
        expected = ", ".join(sorted(GAZE_READERS))
        raise GazeError(
            f"{path}: found the gaze format {format_name!r}, expected one of {expected}"
        )
    return GAZE_READERS[format_name](path)
