"""One row of a user's table: a clip with its names made safe, or the reason why it is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.quarantine import Quarantined
from pipeline.tables.clips import PARTS

REQUIRED = ("video", "start_frame", "stop_frame", "label", "part")
GAZE, SUBJECT, SESSION = "gaze", "subject", "session"
SURPLUS = ""  # the key of what stands beyond the last column
UNSAFE = re.compile(r"[^\w.-]|^\.", re.ASCII)


@dataclass(frozen=True)
class TableRow:
    """A row with its fields checked; ``session`` and ``clip`` are safe as file names.

    Args:
        video: path below the table's folder.
        start: first frame, from 0.
        stop: frame after the last.
        gaze: path below the table's folder, empty without gaze.
        has_own_session: whether the table names the session; else it is the video's stem.
        place: file and line, for messages.
    """

    clip: str
    session: str
    subject: str
    video: str
    start: int
    stop: int
    label: str
    part: str
    gaze: str
    has_own_session: bool
    place: str


def read_row(fields: Mapping[str, str], place: str) -> TableRow | Quarantined:
    """Check one row's fields."""
    fault = _find_fault(fields)
    video = fields["video"]
    stem = _make_safe(PurePosixPath(video).stem)
    session = _make_safe(fields.get(SESSION, "")) or stem
    if fault:
        reason, detail = fault
        return Quarantined("index", session, place, video, reason, f"{detail} ({place})")
    start, stop = int(fields["start_frame"]), int(fields["stop_frame"])
    recording = stem if session == stem else f"{session}-{stem}"
    return TableRow(
        clip=f"{recording}-{start}-{stop}",
        session=session,
        subject=fields.get(SUBJECT, ""),
        video=video,
        start=start,
        stop=stop,
        label=fields["label"],
        part=fields["part"],
        gaze=fields.get(GAZE, ""),
        has_own_session=bool(fields.get(SESSION)),
        place=place,
    )


def _find_fault(fields: Mapping[str, str]) -> tuple[str, str] | None:
    """Return reason and detail of the first fault."""
    if fields[SURPLUS]:
        return "malformed_row", "more fields than columns; put quotes around a field with a comma"
    empty = [column for column in REQUIRED if not fields[column]]
    if empty:
        return "malformed_row", f"nothing in {', '.join(empty)}"
    start, stop = fields["start_frame"], fields["stop_frame"]
    if not (start.isdecimal() and stop.isdecimal() and int(start) < int(stop)):
        return "bad_frames", (
            f"start_frame {start}, stop_frame {stop}; expected whole numbers from 0, the stop "
            f"(exclusive) above the start"
        )
    if fields["part"] not in PARTS:
        return "unknown_part", f"part '{fields['part']}', expected one of {', '.join(PARTS)}"
    return None


def _make_safe(name: str) -> str:
    return UNSAFE.sub("_", name)
