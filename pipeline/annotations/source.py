"""What a data set's files look like from outside: a fingerprint to notice changes, and its size.

DVC does not see into a folder outside of the repository; `configure` writes the fingerprint into
the index's configuration, so that the stage reruns when a file changes.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.annotations.egtea import ANNOTATION_DIR
from pipeline.annotations.egtea_name import ClipNameError, parse_name
from pipeline.annotations.egtea_rows import VIDEO_DIR
from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.readers import dataset_folder
from pipeline.annotations.table import read_table_rows, table_path
from pipeline.annotations.table_rows import TableRow
from pipeline.memo import content_key

FileState = tuple[str, int, int]
"""Path below the data set's folder, bytes, modification time in ns; -1 where it is absent."""


@dataclass(frozen=True)
class SourceSize:
    """How much there is to do, from names and sizes alone.

    Args:
        num_clips: rows of a table, video files of EGTEA Gaze+'s layout.
        num_sessions: recordings.
        num_frames: of the clips' names, or up to the last listed frame of each of a table's
            videos: a lower bound, since no video is opened.
        video_bytes: bytes of the videos that are there.
    """

    num_clips: int
    num_sessions: int
    num_frames: int
    video_bytes: int


def fingerprint_source(root: Path) -> tuple[str, SourceSize]:
    """Digest paths, sizes and times of all files of a data set, and say how large it is.

    Args:
        root: a folder, of which all files count; or a table's CSV, with the files it names.

    Raises:
        AnnotationError: there is nothing at the root, or its table is faulty as a whole.
    """
    if not root.exists():
        raise AnnotationError(f"{root}: no such folder or file; check dataset.root")
    folder = dataset_folder(root)
    files = {state[0]: state for state in _scan(folder)} if root.is_dir() else {}
    if root.is_dir() and ((root / ANNOTATION_DIR).exists() or not table_path(root).exists()):
        size = _measure_layout(files)
    else:
        rows, _ = read_table_rows(table_path(root))
        named = {table_path(root).name, *(row.video for row in rows), *(row.gaze for row in rows)}
        files |= {path: _state(folder, path) for path in named - {""}}
        size = _measure_table(rows, files)
    return content_key(sorted(files.values())), size


def _scan(folder: Path) -> Iterator[FileState]:
    """Yield every file below a folder, links followed, hidden ones left out, each folder once."""
    pending, seen = [""], set()
    while pending:
        below = pending.pop()
        status = (folder / below).stat()
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder / below) as entries:
            for entry in entries:
                path = f"{below}/{entry.name}" if below else entry.name
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    pending.append(path)
                else:
                    yield _state(folder, path)


def _state(folder: Path, path: str) -> FileState:
    try:
        status = os.stat(f"{folder}/{path}" if not path.startswith("/") else path)  # noqa: PTH116 - 3 times faster
    except OSError:
        return path, -1, -1
    return path, status.st_size, status.st_mtime_ns


def _measure_layout(files: dict[str, FileState]) -> SourceSize:
    videos = [path for path in files if path.startswith(f"{VIDEO_DIR}/") and path.endswith(".mp4")]
    return SourceSize(
        num_clips=len(videos),
        num_sessions=len({path.rpartition("/")[0] for path in videos}),
        num_frames=sum(_frames_of_name(path) for path in videos),
        video_bytes=sum(files[path][1] for path in videos),
    )


def _frames_of_name(path: str) -> int:
    try:
        frames = parse_name(Path(path).stem).frames
    except ClipNameError:
        return 0
    return frames.stop - frames.start


def _measure_table(rows: list[TableRow], files: dict[str, FileState]) -> SourceSize:
    last_frames: dict[str, int] = defaultdict(int)
    for row in rows:
        last_frames[row.video] = max(last_frames[row.video], row.stop)
    return SourceSize(
        num_clips=len(rows),
        num_sessions=len({row.session for row in rows}),
        num_frames=sum(last_frames.values()),
        video_bytes=sum(max(files[video][1], 0) for video in last_frames),
    )
