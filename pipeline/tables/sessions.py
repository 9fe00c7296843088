"""The index's tables of inputs: a row a video file, and a row a session's gaze file.

They know no parts, so that another split decodes nothing.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from pipeline.tables.rows import read_rows, write_rows

BEGAZE = "begaze"


@dataclass(frozen=True)
class SessionVideo:
    """One row of ``sessions.csv``: a video, its frames counted by demuxing, its bytes' digest."""

    session: str
    subject: str
    video: str
    num_frames: int
    digest: str


@dataclass(frozen=True)
class SessionGaze:
    """One row of ``gaze.csv``; path, digest and format are empty where a session has no gaze."""

    session: str
    gaze: str
    digest: str
    format: str


VIDEO_COLUMNS = tuple(field.name for field in fields(SessionVideo))
GAZE_COLUMNS = tuple(field.name for field in fields(SessionGaze))


def write_session_videos(path: Path, videos: Iterable[SessionVideo]) -> None:
    """Write ``sessions.csv``, sorted by session and video."""
    write_rows(path, VIDEO_COLUMNS, sorted(astuple(video) for video in videos))


def read_session_videos(path: Path) -> list[SessionVideo]:
    """Read ``sessions.csv``."""
    rows = read_rows(path, VIDEO_COLUMNS)
    return [
        SessionVideo(
            session=row["session"],
            subject=row["subject"],
            video=row["video"],
            num_frames=int(row["num_frames"]),
            digest=row["digest"],
        )
        for row in rows
    ]


def write_session_gaze(path: Path, gaze: Iterable[SessionGaze]) -> None:
    """Write ``gaze.csv``, sorted by session."""
    write_rows(path, GAZE_COLUMNS, sorted(astuple(row) for row in gaze))


def read_session_gaze(path: Path) -> list[SessionGaze]:
    """Read ``gaze.csv``."""
    return [SessionGaze(**row) for row in read_rows(path, GAZE_COLUMNS)]
