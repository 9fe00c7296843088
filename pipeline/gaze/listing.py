"""The sessions whose gaze is wanted, as the index stage listed them."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ClipSpan:
    """Where a clip lies in its session; the stop is exclusive."""

    name: str
    video: str
    session_stop: int


@dataclass(frozen=True)
class Session:
    """One recording: its clips, and its gaze file where it has one (else both are empty)."""

    name: str
    clips: tuple[ClipSpan, ...]
    gaze: str
    """Path below the data set's root."""
    format: str

    @property
    def num_frames(self) -> int:
        """Return the frames up to the end of the last clip."""
        return max(clip.session_stop for clip in self.clips)

    def __str__(self) -> str:
        return f"session {self.name}"


def read_sessions(clips_csv: Path, gaze_csv: Path) -> list[Session]:
    """Read the sessions of ``clips.csv``, sorted, each with its row of ``gaze.csv``."""
    clips: dict[str, list[ClipSpan]] = {}
    for row in _read_rows(clips_csv):
        clip = ClipSpan(row["clip"], row["video"], int(row["session_stop"]))
        clips.setdefault(row["session"], []).append(clip)
    files = {row["session"]: (row["gaze"], row["format"]) for row in _read_rows(gaze_csv)}
    return [Session(name, tuple(clips[name]), *files.get(name, ("", ""))) for name in sorted(clips)]


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
