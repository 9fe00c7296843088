"""How long a segment is unless the user says: about what the run's training clips last."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median

from pipeline.memo import file_digest
from pipeline.prediction.errors import PredictionError
from pipeline.tables.clips import TRAIN, read_clips

USUAL_RATE = 24.0
"""Frames a second of EGTEA Gaze+ and the kitchen set; taken where a run does not tell its own."""


@dataclass(frozen=True)
class UsualLength:
    """Seconds of a segment, and what the user should know of them, a line each."""

    seconds: float
    notes: tuple[str, ...]


def usual_length(data_dir: Path) -> UsualLength:
    """Return the training clips' median duration at the run's own rate, in whole seconds upwards.

    Raises:
        PredictionError: the file that tells the rate is no JSON.
        TableError: the table of clips is absent or broken.
    """
    clips = [clip for clip in read_clips(data_dir / "index" / "clips.csv") if clip.part == TRAIN]
    num_frames = median(clip.video_stop - clip.video_start for clip in clips)
    rate = _training_rate(data_dir)
    # hundredths: 24 frames at 23.976 a second are one second, not two
    seconds = float(max(ceil(round(num_frames / (rate or USUAL_RATE), 2)), 1))
    if rate is not None:
        return UsualLength(seconds, ())
    note = (
        f"found no rate of the training videos in reports/metrics.json beside {data_dir}: segments "
        f"last {seconds:g} s, as training clips do at {USUAL_RATE:g} frames a second, unless "
        "--length says otherwise"
    )
    return UsualLength(seconds, (note,))


def _training_rate(data_dir: Path) -> float | None:
    """Return the frames a second of a run's videos; None where the run does not tell.

    It stands in ``reports/metrics.json`` beside ``data``, which is believed where it is of the
    same clips.
    """
    path = data_dir.absolute().parent / "reports" / "metrics.json"
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PredictionError(
            f"{path}: no readable JSON ({error}); run `dvc repro report`"
        ) from error
    clips = _at(record, "fingerprint", "data", "clips.csv")
    rate = _at(record, "fingerprint", "images", "frames", "frames_per_second")
    is_own = clips == file_digest(data_dir / "index" / "clips.csv")
    return float(rate) if is_own and isinstance(rate, int | float) and rate > 0 else None


def _at(record: object, *keys: str) -> object:
    """Return what stands below some keys; None where nothing does."""
    for key in keys:
        record = record.get(key) if isinstance(record, Mapping) else None
    return record
