"""Reader of SMI BeGaze's raw text exports, as EGTEA Gaze+ ships them: 3.1 (one eye, whole frame
numbers) and 3.4 (both eyes, timecodes). What the files hold is described in docs/gaze.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from pipeline.gaze.begaze_header import BegazeColumns, find_columns, parse_header
from pipeline.gaze.errors import GazeError
from pipeline.gaze.samples import BLINK, FIXATION, SACCADE, UNTRACKED, GazeSamples

EVENTS = {"Fixation": FIXATION, "Saccade": SACCADE, "Blink": BLINK, "-": UNTRACKED}
SAMPLE = "SMP"
TIMECODE_FPS = 24
"""Frames a second of the timecodes, the rate of the scene video."""
MAX_FRAMES = 24 * 60 * 60 * TIMECODE_FPS
"""A day: where a timecode ends, and more than any recording holds."""

V = TypeVar("V", int, float, str)


@dataclass(frozen=True)
class _Table:
    """The lines below the column names, cut into fields."""

    path: Path
    first_line: int
    rows: Sequence[Sequence[str]]

    def column(self, index: int, parse: Callable[[str], V], expected: str) -> list[V]:
        """Parse one column; a field that does not parse is named with its line."""
        values: list[V] = []
        try:
            values.extend(parse(row[index]) for row in self.rows)
        except (ValueError, KeyError):
            raise self.fault(len(values), repr(self.rows[len(values)][index]), expected) from None
        return values

    def fault(self, row: int, found: str, expected: str) -> GazeError:
        line = self.first_line + row
        return GazeError(f"{self.path}: line {line}: found {found}, expected {expected}")


def read_begaze(path: Path) -> GazeSamples:
    """Read a BeGaze export of either kind.

    Raises:
        GazeError: the file is missing, is no BeGaze export, or has a line that makes no sense.
    """
    lines = _read_lines(path)
    header = parse_header(path, lines)
    columns = find_columns(path, lines[header.column_line], header.column_line + 1)
    first = header.column_line + 1
    table = _Table(path, first + 1, [line.split("\t") for line in lines[first:]])
    _check_rows(table, columns)
    events = table.column(columns.event, EVENTS.__getitem__, f"one of {', '.join(EVENTS)}")
    pixels = "a number of pixels or NaN"
    return GazeSamples(
        time_us=np.array(table.column(columns.time, int, "whole microseconds"), np.int64),
        x=np.array(table.column(columns.x, float, pixels), np.float64) / header.width_pixels,
        y=np.array(table.column(columns.y, float, pixels), np.float64) / header.height_pixels,
        frame=np.array(_parse_frames(table, columns.frame), np.int64),
        kind=np.array(events, np.uint8),
        num_declared=header.num_samples,
    )


def parse_timecode(text: str) -> int:
    """Return the frame number of ``HH:MM:SS:FF``, counted from 0.

    Raises:
        ValueError: this is no timecode of `TIMECODE_FPS` frames a second.
    """
    hours, minutes, seconds, frames = map(int, text.split(":"))
    limits = ((hours, 24), (minutes, 60), (seconds, 60), (frames, TIMECODE_FPS))
    if not all(0 <= part < limit for part, limit in limits):
        raise ValueError(text)
    return ((hours * 60 + minutes) * 60 + seconds) * TIMECODE_FPS + frames


def parse_frame_number(text: str) -> int:
    """Return a whole frame number.

    Raises:
        ValueError: it is negative, beyond a day of video, or no number.
    """
    number = int(text)
    if not 0 <= number < MAX_FRAMES:
        raise ValueError(text)
    return number


def _read_lines(path: Path) -> list[str]:
    """Return the lines, however they end, without the empty ones at the file's end."""
    try:
        # Latin-1 cannot fail: header values hold names in the exporter's own code page.
        text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    except FileNotFoundError:
        raise GazeError(f"{path}: no such file; run `dvc repro index`") from None
    except OSError as error:
        raise GazeError(f"{path}: cannot be read: {error}") from error
    return text.replace("\r\n", "\n").rstrip("\n").split("\n")


def _check_rows(table: _Table, columns: BegazeColumns) -> None:
    if not table.rows:
        raise GazeError(f"{table.path}: line {table.first_line}: found the end, expected samples")
    for number, row in enumerate(table.rows):
        if len(row) != columns.count:
            raise table.fault(
                number, f"{len(row)} fields", f"{columns.count} separated by tabs; a cut file?"
            )
        if row[columns.type] != SAMPLE:
            raise table.fault(number, repr(row[columns.type]), f"'{SAMPLE}', a sample")


def _parse_frames(table: _Table, index: int) -> list[int]:
    """Parse frame numbers; the first row tells which of the two forms the file uses."""
    if ":" in table.rows[0][index]:
        return table.column(index, parse_timecode, f"HH:MM:SS:FF with FF below {TIMECODE_FPS}")
    return table.column(index, parse_frame_number, f"a frame number from 0 to {MAX_FRAMES - 1}")
