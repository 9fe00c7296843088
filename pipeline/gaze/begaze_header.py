"""The head of a BeGaze text export: ``## key: value`` lines, then one line of column names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.gaze.errors import GazeError

MARK = "##"
FIRST_LINE = "## [BeGaze]"
EYES = ("B", "L", "R")
"""Binocular before left before right: the first whose position columns exist is read."""


@dataclass(frozen=True)
class BegazeHeader:
    """What of the header matters."""

    width_pixels: int
    height_pixels: int
    num_samples: int | None
    column_line: int
    """Index of the line that names the columns."""


@dataclass(frozen=True)
class BegazeColumns:
    """Where each needed column stands, found by its name: the two exports order them anew."""

    count: int
    time: int
    type: int
    x: int
    y: int
    frame: int
    event: int


def parse_header(path: Path, lines: Sequence[str]) -> BegazeHeader:
    """Read the ``##`` lines.

    Raises:
        GazeError: this is no BeGaze export, or its image size is missing.
    """
    if not lines or lines[0].strip() != FIRST_LINE:
        found = lines[0][:60] if lines else "an empty file"
        raise GazeError(f"{path}: line 1: found {found!r}, expected '{FIRST_LINE}'")
    numbers = (number for number, line in enumerate(lines) if not line.startswith(MARK))
    column_line = next(numbers, len(lines))
    if column_line == len(lines):
        raise GazeError(f"{path}: line {len(lines)}: found the end, expected a line of columns")
    values = dict(_key_value(line) for line in lines[:column_line])
    width, height = _parse_area(path, values)
    declared = values.get("Number of Samples", "")
    return BegazeHeader(width, height, int(declared) if declared.isdecimal() else None, column_line)


def find_columns(path: Path, line: str, line_number: int) -> BegazeColumns:
    """Find the needed columns in the line that names them.

    Raises:
        GazeError: a column is missing; the message lists those that are there.
    """
    names = line.split("\t")
    eyes = [eye for eye in EYES if f"{eye} POR X [px]" in names and f"{eye} POR Y [px]" in names]
    eye = eyes[0] if eyes else EYES[0]
    events = [f"{name} Event Info" for name in (eye, *EYES)]
    event = next((name for name in events if name in names), events[0])
    needed = ("Time", "Type", f"{eye} POR X [px]", f"{eye} POR Y [px]", "Frame", event)
    missing = [name for name in needed if name not in names]
    if missing:
        raise GazeError(
            f"{path}: line {line_number}: found the columns {names}, expected also {missing} "
            "(of position and event, those of B, L or R); export them from BeGaze"
        )
    return BegazeColumns(len(names), *(names.index(name) for name in needed))


def _key_value(line: str) -> tuple[str, str]:
    key, _, value = line.removeprefix(MARK).partition(":")
    return key.strip(), value.strip()


def _parse_area(path: Path, values: dict[str, str]) -> tuple[int, int]:
    found = values.get("Calibration Area", "")
    sizes = [int(word) for word in found.split() if word.isdecimal()]
    if len(sizes) != 2 or min(sizes) < 1:
        raise GazeError(
            f"{path}: header: found Calibration Area {found!r}, expected width and height of the "
            "scene video in pixels, such as '1280 960'"
        )
    return sizes[0], sizes[1]
