"""The sessions whose gaze is wanted, as the index stage listed them."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.tables.clips import read_clips
from pipeline.tables.sessions import read_session_gaze


@dataclass(frozen=True)
class ClipSpan:
    """Where a clip lies in its session; the stop is exclusive."""

    name: str
    video: str
    session_start: int
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
    for clip in read_clips(clips_csv):
        span = ClipSpan(clip.clip, clip.video, clip.session_start, clip.session_stop)
        clips.setdefault(clip.session, []).append(span)
    files = {row.session: (row.gaze, row.format) for row in read_session_gaze(gaze_csv)}
    return [Session(name, tuple(clips[name]), *files.get(name, ("", ""))) for name in sorted(clips)]
