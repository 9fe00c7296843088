"""The sessions whose videos are to be decoded, as the index stage listed them."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.tables.sessions import read_session_videos


@dataclass(frozen=True)
class Video:
    """One video file: its path below the data set's root, its frame count, its bytes' digest."""

    name: str
    num_frames: int
    digest: str


@dataclass(frozen=True)
class Session:
    """The videos of one recording."""

    name: str
    videos: tuple[Video, ...]

    @property
    def num_frames(self) -> int:
        """Return the frames of all videos together."""
        return sum(video.num_frames for video in self.videos)

    def __str__(self) -> str:
        return f"session {self.name}"


def read_sessions(sessions_csv: Path) -> list[Session]:
    """Read ``data/index/sessions.csv``; sessions and videos keep the file's order."""
    videos: dict[str, list[Video]] = {}
    for row in read_session_videos(sessions_csv):
        video = Video(row.video, row.num_frames, row.digest)
        videos.setdefault(row.session, []).append(video)
    return [Session(name, tuple(found)) for name, found in videos.items()]
