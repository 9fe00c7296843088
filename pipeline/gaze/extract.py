"""From the index's gaze files to one store of gaze a session, and a report of their quality."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from pipeline.atomic import write_text
from pipeline.fanout import Crew, fan_out
from pipeline.gaze.listing import read_sessions
from pipeline.gaze.params import GazeConfig
from pipeline.gaze.quality import GazeCounts, describe_counts, sum_counts
from pipeline.gaze.session import STEP, SessionResult, extract_session
from pipeline.gaze.verdicts import clips_beyond, find_quarantined
from pipeline.memo import Memo
from pipeline.progress import Progress
from pipeline.quarantine import write_quarantine


@dataclass(frozen=True)
class GazeReport:
    """What the stage made: ``num_computed`` recordings were read, the others remembered."""

    num_sessions: int
    num_computed: int
    num_without_gaze: int
    num_quarantined: int
    total: GazeCounts | None
    """Of all readable recordings; None where there is none."""
    seconds: float


def extract_gaze(
    config: GazeConfig,
    clips_csv: Path,
    gaze_csv: Path,
    out_dir: Path,
    *,
    quality_path: Path,
    quarantine_path: Path,
    memo: Memo,
    crew: Crew,
) -> GazeReport:
    """Write the gaze of every session of ``clips.csv``.

    ``out_dir`` holds one ``<session>.h5`` a session afterwards, no other; a session without gaze
    has rows that say so. ``quality_path`` gets the quality report, ``quarantine_path`` what
    training with gaze cannot use. With a crew's shard all of this is about its sessions only.
    """
    started = perf_counter()
    sessions = crew.take(read_sessions(clips_csv, gaze_csv))
    for stale in out_dir.glob("*.h5*"):
        stale.unlink()
    here = config.model_copy(update={"root": str(Path(config.root).absolute())})
    extract = partial(extract_session, config=here, out_dir=out_dir.absolute(), memo=memo)
    with Progress(STEP, len(sessions), "session") as progress:
        results = fan_out(extract, sessions, crew=crew, progress=progress)
    quarantined = [entry for result in results for entry in find_quarantined(result, config)]
    write_quarantine(quarantine_path, quarantined)
    report = describe_quality(results, config.tolerance_frames)
    write_text(quality_path, json.dumps(report, indent=1) + "\n")
    return GazeReport(
        num_sessions=len(results),
        num_computed=sum(result.is_computed for result in results),
        num_without_gaze=sum(not result.session.gaze for result in results),
        num_quarantined=len(quarantined),
        total=sum_counts(_all_counts(results)),
        seconds=perf_counter() - started,
    )


def describe_quality(results: Sequence[SessionResult], tolerance_frames: int) -> dict[str, object]:
    """Return the quality report: figures a session and in total, and what has none."""
    total = sum_counts(_all_counts(results))
    return {
        "total": describe_counts(total) if total else None,
        "sessions": {
            result.session.name: describe_counts(result.recording.counts)
            for result in results
            if result.recording
        },
        "without_gaze": [result.session.name for result in results if not result.session.gaze],
        "broken": {result.session.name: result.fault for result in results if result.fault},
        "clips_beyond_recording": [
            clip.name for result in results for clip in clips_beyond(result, tolerance_frames)
        ],
    }


def _all_counts(results: Sequence[SessionResult]) -> list[GazeCounts]:
    return [result.recording.counts for result in results if result.recording]
