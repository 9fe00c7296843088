"""From video files to one store of frames a session."""

import json
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter

from pipeline.fanout import Crew, fan_out
from pipeline.frames.decode import DecodeError, decode_video
from pipeline.frames.encode import encode_rgb
from pipeline.frames.params import FramesConfig
from pipeline.frames.provenance import frames_parameters
from pipeline.frames.sessions import Session, Video, read_sessions
from pipeline.frames.size import Size
from pipeline.frames.store import ImageReader, ImageWriter, clear_stores
from pipeline.memo import Memo, content_key, file_digest
from pipeline.progress import Progress
from pipeline.quarantine import Quarantined, write_quarantine

STEP = "frames"


class ChangedVideoError(RuntimeError):
    """A video is not the one that the index describes."""


@dataclass(frozen=True)
class FramesReport:
    """What the stage made: ``num_computed`` sessions were decoded, the others remembered."""

    num_sessions: int
    num_computed: int
    num_frames: int
    num_bytes: int
    num_quarantined: int
    seconds: float


@dataclass(frozen=True)
class _Made:
    num_frames: int
    num_bytes: int
    quarantined: list[Quarantined]


def extract_frames(
    config: FramesConfig,
    sessions_csv: Path,
    out_dir: Path,
    quarantine_path: Path,
    *,
    memo: Memo,
    crew: Crew,
) -> FramesReport:
    """Decode the videos of every session that is not remembered; longest sessions first.

    Videos that cannot be decoded whole are left out of their session's store and listed in
    ``quarantine_path``. ``out_dir`` holds one ``<session>.h5`` a session afterwards, no other; of
    a crew's shard, only its sessions.
    """
    started = perf_counter()
    sessions = crew.take(sorted(read_sessions(sessions_csv), key=_longest_first))
    clear_stores(out_dir)
    with Progress(STEP, len(sessions), "session") as progress:
        missing = [session for session in sessions if not _fetch(session, config, out_dir, memo)]
        progress.advance(len(sessions) - len(missing))
        here = config.model_copy(update={"root": str(Path(config.root).absolute())})
        extract = partial(extract_session, config=here, out_dir=out_dir.absolute(), memo=memo)
        computed = fan_out(extract, missing, crew=crew, progress=progress)
    made = [_inspect(session, out_dir) for session in sessions]
    entries = [entry for session in made for entry in session.quarantined]
    write_quarantine(quarantine_path, entries)
    return FramesReport(
        num_sessions=len(sessions),
        num_computed=sum(computed),
        num_frames=sum(session.num_frames for session in made),
        num_bytes=sum(session.num_bytes for session in made),
        num_quarantined=len(entries),
        seconds=perf_counter() - started,
    )


def extract_session(session: Session, config: FramesConfig, out_dir: Path, memo: Memo) -> bool:
    """Decode one session into its store, and remember it.

    Returns False where another run has done so meanwhile, and it is fetched.
    """
    if _fetch(session, config, out_dir, memo):
        return False
    path = _store_path(out_dir, session)
    broken = []
    with ImageWriter(path, "frames", frames_parameters(config)) as writer:
        for video in session.videos:
            try:
                _add_video(writer, video, config)
            except DecodeError as error:
                _check_unchanged(video, config)
                broken.append({"video": video.name, "reason": error.reason, "detail": error.detail})
        writer.note("quarantined", json.dumps(broken))
    memo.store(STEP, _memo_key(session, config), {"frames.h5": path})
    return True


def _add_video(writer: ImageWriter, video: Video, config: FramesConfig) -> None:
    path = Path(config.root) / video.name
    images = decode_video(path, config.size, video.num_frames)
    first = next(images)
    size = Size(width=first.shape[1], height=first.shape[0])
    if writer.size not in (None, size):
        detail = (
            f"found {size}, expected {writer.size} as the session's other videos; "
            "give frames.size as 'WIDTHxHEIGHT'"
        )
        raise DecodeError(path, "size", detail)
    encoded = (encode_rgb(image, config.quality) for image in chain([first], images))
    writer.add_video(video.name, size, encoded)


def _check_unchanged(video: Video, config: FramesConfig) -> None:
    """Refuse to remember a fault by the digest of bytes that do not have it."""
    path = Path(config.root) / video.name
    if file_digest(path) != video.digest:
        raise ChangedVideoError(
            f"{path}: found other bytes than index did, and they do not decode; run `dvc repro` "
            "again when nothing writes to this file any more"
        )


def _longest_first(session: Session) -> tuple[int, str]:
    return -session.num_frames, session.name


def _store_path(out_dir: Path, session: Session) -> Path:
    return out_dir / f"{session.name}.h5"


def _fetch(session: Session, config: FramesConfig, out_dir: Path, memo: Memo) -> bool:
    files = {"frames.h5": _store_path(out_dir, session)}
    return memo.fetch(STEP, _memo_key(session, config), files)


def _memo_key(session: Session, config: FramesConfig) -> str:
    videos = [asdict(video) for video in session.videos]
    return content_key(videos, frames_parameters(config))


def _inspect(session: Session, out_dir: Path) -> _Made:
    """Read back what the session's store holds and what it had to leave out."""
    path = _store_path(out_dir, session)
    with closing(ImageReader(path)) as store:
        broken = json.loads(str(store.attrs["quarantined"]))
        num_frames = store.num_items
    entries = [Quarantined(stage=STEP, session=session.name, clip="", **entry) for entry in broken]
    return _Made(num_frames, path.stat().st_size, entries)
