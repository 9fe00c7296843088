"""What the videos hold, seen without decoding: frames counted by demuxing, and the bytes' digest.

A session whose files have the sizes and times of an earlier run is taken from the memo store, so
that a large set is hashed once.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from pipeline.fanout import ALONE, Crew, fan_out
from pipeline.memo import Memo, content_key, file_digest
from pipeline.progress import Progress

VERSION = 2
STEP = "containers"
ENTRY = "containers.json"
SERIAL_BYTES = 64 << 20
"""Below this one process is done before a pool of two (0.7 s to start) overtakes it."""


@dataclass(frozen=True)
class Container:
    """A video file as its container shows it.

    Args:
        video: path below the data set's folder.
        num_frames: packets of the first video stream that are to be shown.
        digest: of the file's bytes.
        fault: reason why it cannot be used, empty for a sound file.
        detail: the fault in words.
    """

    video: str
    num_frames: int
    digest: str
    fault: str
    detail: str


@dataclass(frozen=True)
class SessionFiles:
    """A session's video files with their sizes and times: the key of what was found in them."""

    session: str
    files: tuple[tuple[str, int, int], ...]
    """Path below the data set's folder, bytes, modification time in ns."""

    def __str__(self) -> str:
        return f"session {self.session}"


def inspect_videos(
    folder: Path, videos: Mapping[str, Sequence[str]], memo: Memo, crew: Crew
) -> dict[str, Container]:
    """Inspect every video of every session; absent files are faults, not errors.

    Args:
        folder: the data set's folder.
        videos: paths below it by session.
        memo: keeps what was found, a session an entry.
        crew: who inspects them.
    """
    found, unknown = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for session in sorted(videos):
            files, absent = _look_up(folder, session, videos[session])
            found += absent
            known = _recall(folder, files, memo, Path(scratch))
            if known is None:
                unknown.append(files)
            else:
                found += known
    if unknown:
        found += _inspect_sessions(folder, unknown, memo, crew)
    return {container.video: container for container in found}


def _inspect_sessions(
    folder: Path, sessions: Sequence[SessionFiles], memo: Memo, crew: Crew
) -> list[Container]:
    num_bytes = sum(size for files in sessions for _, size, _ in files.files)
    with Progress("index: containers", len(sessions), "session") as progress:
        inspected = fan_out(
            partial(_inspect_session, folder.absolute(), memo),
            sessions,
            crew=crew if num_bytes > SERIAL_BYTES else ALONE,
            progress=progress,
        )
    return [container for containers in inspected for container in containers]


def inspect_video(folder: Path, video: str) -> Container:
    """Count a video's frames without decoding, and find what a decoder would stumble over."""
    path = folder / video
    digest = file_digest(path)
    if path.stat().st_size == 0:
        return Container(video, 0, digest, "empty_file", f"{path} has zero bytes")
    num_frames, fault, detail = _demux(path)
    return Container(video, num_frames, digest, fault, detail)


def _demux(path: Path) -> tuple[int, str, str]:
    """Return the number of frames, and reason and detail of a fault or empty strings."""
    import av

    from pipeline.frames.demux import demux_video

    try:
        video = demux_video(path)
    except av.FFmpegError as error:
        return 0, "unreadable_container", f"{path}: {error}; damaged, cut off, or no video"
    if video is None:
        return 0, "no_video_stream", f"{path} holds no video stream"
    if video.is_cut:
        declared = video.num_declared
        shown = f"{video.num_frames} of {declared} frames" if declared else "a part"
        return video.num_frames, "truncated_video", f"{path} is cut off: it holds {shown}"
    if video.num_frames == 0:
        return 0, "no_frames", f"{path} holds a video stream without frames"
    return video.num_frames, "", ""


def _look_up(
    folder: Path, session: str, videos: Sequence[str]
) -> tuple[SessionFiles, list[Container]]:
    """Return the files that are there, and a fault for each that is not."""
    files, absent = [], []
    for video in sorted(videos):
        path = folder / video
        if path.is_file():
            status = path.stat()
            files.append((video, status.st_size, status.st_mtime_ns))
        else:
            absent.append(Container(video, 0, "", "missing_video", f"no file {path}"))
    return SessionFiles(session, tuple(files)), absent


def _key(folder: Path, files: SessionFiles) -> str:
    return content_key(VERSION, folder.resolve(), files.files)


def _recall(folder: Path, files: SessionFiles, memo: Memo, scratch: Path) -> list[Container] | None:
    path = scratch / ENTRY
    if not files.files:
        return []
    if not memo.fetch(STEP, _key(folder, files), {ENTRY: path}):
        return None
    return [Container(**fields) for fields in json.loads(path.read_text(encoding="utf-8"))]


def _inspect_session(folder: Path, memo: Memo, files: SessionFiles) -> list[Container]:
    containers = [inspect_video(folder, video) for video, _, _ in files.files]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / ENTRY
        path.write_text(json.dumps([asdict(item) for item in containers]), encoding="utf-8")
        memo.store(STEP, _key(folder, files), {ENTRY: path})
    return containers
