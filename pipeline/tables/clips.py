"""A clip of the index: one labelled stretch of a video. `data/index/clips.csv` holds them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from pipeline.tables.rows import read_rows, write_rows

TRAIN, VALIDATION, TEST = "train", "validation", "test"
PARTS = (TRAIN, VALIDATION, TEST)


@dataclass(frozen=True)
class Clip:
    """One row of ``clips.csv``. Frames are counted from 0, stops are exclusive, ids start at 0."""

    clip: str
    """Name, unique in the set and safe as a file name."""
    session: str
    """The recording; its gaze and its neighbouring clips share the session's frame numbers."""
    subject: str
    """Who wore the camera; empty where the set does not say."""
    video: str
    """Path below the data set's folder."""
    video_start: int
    """First frame within the video."""
    video_stop: int
    session_start: int
    """First frame within the session, for gaze and overlaps."""
    session_stop: int
    action: int
    verb: int | None
    """None where the set has no verbs."""
    nouns: tuple[int, ...]
    part: str
    """train, validation or test."""


COLUMNS = tuple(field.name for field in fields(Clip))


def write_clips(path: Path, clips: Iterable[Clip]) -> None:
    """Write ``clips.csv`` in the order of session, time and name."""
    ordered = sorted(clips, key=lambda clip: (clip.session, clip.session_start, clip.clip))
    write_rows(path, COLUMNS, [_to_row(clip) for clip in ordered])


def read_clips(path: Path) -> list[Clip]:
    """Read ``clips.csv``."""
    return [_from_row(row) for row in read_rows(path, COLUMNS)]


def _to_row(clip: Clip) -> tuple[str | int, ...]:
    return (
        *(clip.clip, clip.session, clip.subject, clip.video),
        *(clip.video_start, clip.video_stop, clip.session_start, clip.session_stop),
        *(clip.action, "" if clip.verb is None else clip.verb),
        *("|".join(map(str, clip.nouns)), clip.part),
    )


def _from_row(row: dict[str, str]) -> Clip:
    return Clip(
        clip=row["clip"],
        session=row["session"],
        subject=row["subject"],
        video=row["video"],
        video_start=int(row["video_start"]),
        video_stop=int(row["video_stop"]),
        session_start=int(row["session_start"]),
        session_stop=int(row["session_stop"]),
        action=int(row["action"]),
        verb=int(row["verb"]) if row["verb"] else None,
        nouns=tuple(int(noun) for noun in row["nouns"].split("|") if noun),
        part=row["part"],
    )
