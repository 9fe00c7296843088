"""Reader of a user's own table: a CSV of clips, beside the videos that it names.

Columns ``video,start_frame,stop_frame,label,part`` and, where wanted, ``gaze,subject,session``.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from pipeline.annotations.duplicates import drop_duplicates
from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.listing import ListedClip, Listing, Span, leave_out
from pipeline.annotations.table_rows import GAZE, REQUIRED, SURPLUS, TableRow, read_row
from pipeline.annotations.text import read_text
from pipeline.quarantine import Quarantined
from pipeline.tables.classes import LabelClass

TABLE_NAME = "clips.csv"


def table_path(root: Path) -> Path:
    """Return the CSV: the root itself, or ``clips.csv`` in it."""
    return root / TABLE_NAME if root.is_dir() else root


def read_table(root: Path, splits: Sequence[int]) -> Listing:  # noqa: ARG001 - it has no splits
    """Read a user's table; no video is touched.

    Args:
        root: a folder with ``clips.csv``, or a CSV file; paths in it are below its folder.
        splits: of no meaning: the parts stand in the table.

    Raises:
        AnnotationError: the table is absent, empty, lacks columns, or contradicts itself.
    """
    path = table_path(root)
    rows, quarantined = read_table_rows(path)
    _check_sessions(path, rows)
    labels = sorted({row.label for row in rows})
    actions = {label: number for number, label in enumerate(labels)}
    once, repeated = drop_duplicates([_to_clip(row, actions[row.label]) for row in rows])
    gaze = {row.session: row.gaze for row in rows if row.gaze}
    kept, without_gaze = _check_gaze_files(path.parent, once, gaze)
    return Listing(
        clips=tuple(kept),
        classes=tuple(
            LabelClass("action", number, label, label, None, ())
            for label, number in actions.items()
        ),
        gaze={session: gaze[session] for session in {clip.session for clip in kept} & set(gaze)},
        quarantined=(*quarantined, *repeated, *without_gaze),
    )


def has_table_gaze(root: Path) -> bool:
    """Whether any row of the table names a gaze file."""
    return any(fields.get(GAZE) for _, fields in _read_fields(table_path(root)))


def read_table_rows(path: Path) -> tuple[list[TableRow], list[Quarantined]]:
    """Read the rows of a CSV, the faulty ones apart.

    Raises:
        AnnotationError: the table is absent, empty, or lacks columns.
    """
    rows, quarantined = [], []
    for number, fields in _read_fields(path):
        row = read_row(fields, f"{path.name}, line {number}")
        if isinstance(row, TableRow):
            rows.append(row)
        else:
            quarantined.append(row)
    return rows, quarantined


def _read_fields(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return each row's stripped fields by column, with its line number."""
    reader = csv.DictReader(io.StringIO(read_text(path)), restval="", restkey=SURPLUS)
    columns = [column.strip() for column in reader.fieldnames or []]
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise AnnotationError(
            f"{path}: no column {', '.join(missing)}; found {', '.join(columns)}; the first line "
            f"must name {','.join(REQUIRED)}, separated by commas (docs/datasets.md)"
        )
    rows = []
    for row in reader:
        surplus = "".join(row.pop(SURPLUS, []))
        fields = {name.strip(): value.strip() for name, value in row.items()}
        if any(fields.values()):
            rows.append((reader.line_num, {**fields, SURPLUS: surplus}))
    return rows


def _check_sessions(path: Path, rows: Sequence[TableRow]) -> None:
    """Refuse what would mix recordings: one session name for several, or for several gaze files."""
    videos: dict[str, set[str]] = defaultdict(set)
    gaze: dict[str, set[str]] = defaultdict(set)
    subjects: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        videos[row.session].add(row.video)
        gaze[row.session].add(row.gaze)
        subjects[row.session].add(row.subject)
    unnamed = {row.session for row in rows if not row.has_own_session}
    for session in sorted(videos):
        if len(videos[session]) > 1 and session in unnamed:
            _refuse(path, session, videos, "the videos", "name sessions in a column 'session'")
        if len(videos[session]) > 1 and any(gaze[session]):
            _refuse(path, session, videos, "gaze and the videos", "give each video its session")
        if len(gaze[session]) > 1:
            _refuse(path, session, gaze, "the gaze files", "name one file in all of its rows")
        if len(subjects[session]) > 1:
            _refuse(path, session, subjects, "the subjects", "name one subject in all of its rows")


def _refuse(path: Path, session: str, found: dict[str, set[str]], what: str, remedy: str) -> None:
    names = ", ".join(repr(name) for name in sorted(found[session]))
    raise AnnotationError(f"{path}: session '{session}' has {what} {names}; {remedy}")


def _to_clip(row: TableRow, action: int) -> ListedClip:
    return ListedClip(
        clip=row.clip,
        session=row.session,
        subject=row.subject,
        video=row.video,
        in_video=Span(row.start, row.stop),
        in_session=None,
        action=action,
        verb=None,
        nouns=(),
        part=row.part,
        place=row.place,
    )


def _check_gaze_files(
    folder: Path, clips: Sequence[ListedClip], gaze: dict[str, str]
) -> tuple[list[ListedClip], list[Quarantined]]:
    absent = {session for session, path in gaze.items() if not (folder / path).is_file()}
    kept = [clip for clip in clips if clip.session not in absent]
    detail = "no gaze file {}; add it, or leave the field empty"
    return kept, [
        leave_out(clip, "missing_gaze_file", detail.format(folder / gaze[clip.session]))
        for clip in clips
        if clip.session in absent
    ]
