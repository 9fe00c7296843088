"""One session's gaze: from its file, or the memo store, to its rows on disk."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.gaze.errors import GazeError
from pipeline.gaze.frames import FrameGaze, empty_gaze, resample_gaze
from pipeline.gaze.listing import Session
from pipeline.gaze.maps import gaze_maps
from pipeline.gaze.params import GazeConfig, shaping_parameters
from pipeline.gaze.quality import count_gaze
from pipeline.gaze.readers import read_gaze
from pipeline.gaze.store import VERSION, StoredRecording, read_recording, write_gaze
from pipeline.memo import Memo, content_key, file_digest

STEP = "gaze"
STORED_NAME = "gaze.h5"


@dataclass(frozen=True)
class SessionResult:
    """What became of one session: it has a recording, or a fault, or no gaze file at all."""

    session: Session
    recording: StoredRecording | None
    """None without a gaze file, and with one that cannot be read."""
    fault: str
    """Why the gaze file cannot be read; else empty."""
    is_computed: bool
    """Whether the gaze file was read anew and not remembered."""


def extract_session(
    session: Session, config: GazeConfig, out_dir: Path, memo: Memo
) -> SessionResult:
    """Write ``<session>.h5``, with absent rows only where there is no gaze that can be read."""
    path = out_dir / f"{session.name}.h5"
    if not session.gaze:
        _write(path, empty_gaze(session.num_frames), config, None)
        return SessionResult(session, None, "", is_computed=False)
    try:
        is_computed = _extract_recording(session, config, path, memo)
    except GazeError as error:
        _write(path, empty_gaze(session.num_frames), config, None)
        return SessionResult(session, None, str(error), is_computed=True)
    return SessionResult(session, read_recording(path), "", is_computed)


def _extract_recording(session: Session, config: GazeConfig, path: Path, memo: Memo) -> bool:
    """Fetch or make a session with gaze; return whether it was made."""
    source = Path(config.root) / session.gaze
    if not source.is_file():
        raise GazeError(f"{source}: no such file; run `dvc repro index`")
    parameters = shaping_parameters(config)
    key = content_key(file_digest(source), session.format, session.num_frames, parameters, VERSION)
    if memo.fetch(STEP, key, {STORED_NAME: path}):
        return False
    samples = read_gaze(source, session.format)
    gaze = resample_gaze(
        samples,
        num_frames=session.num_frames,
        frame_base=config.frame_base,
        valid_kinds=config.valid_kinds,
        fill_frames=config.fill_frames,
    )
    counts = count_gaze(samples, gaze, frame_base=config.frame_base, valid_kinds=config.valid_kinds)
    num_recorded = max(0, int(samples.frame.max()) - config.frame_base + 1)
    _write(path, gaze, config, StoredRecording(counts, num_recorded))
    memo.store(STEP, key, {STORED_NAME: path})
    return True


def _write(
    path: Path, gaze: FrameGaze, config: GazeConfig, recording: StoredRecording | None
) -> None:
    maps = gaze_maps(
        gaze.points,
        gaze.valid,
        height=config.map_height,
        width=config.map_width,
        sigma_cells=config.map_sigma_share * config.map_height,
    )
    parameters = shaping_parameters(config)
    write_gaze(path, gaze, maps, parameters=parameters, recording=recording)
