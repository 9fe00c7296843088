"""From a video file to what was asked of it: an overlay, a record, lines to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from pipeline.prediction.arguments import Arguments
from pipeline.prediction.describe import MOST_LINES, Outcome, head_of, segment_line
from pipeline.prediction.film import Film
from pipeline.prediction.gather import Setup
from pipeline.prediction.networks import Networks, Prediction, load_networks
from pipeline.prediction.overlay.draw import Look, Overlay, picture_size
from pipeline.prediction.overlay.encode import open_pictures
from pipeline.prediction.own_gaze import read_own_gaze
from pipeline.prediction.params import PredictionConfig
from pipeline.prediction.record import Record, open_record
from pipeline.prediction.watch import Pace, Spectator, choose_pace, watch
from pipeline.progress import Progress


@dataclass(frozen=True)
class GazeFile:
    """A gaze recording of the wearer.

    Args:
        path: of the file.
        format: a key of `pipeline.gaze.readers.GAZE_READERS`.
        start: the recording's number of the video's first frame.
    """

    path: Path
    format: str
    start: int


@dataclass(frozen=True)
class Request:
    """What is wanted of a video.

    Args:
        video: any file that FFmpeg reads.
        pace: how it is cut.
        gaze: to be drawn; None without.
        overlay_path: where the video to look at goes; None for none.
        record_path: where the record goes; None for none.
        threads: pairs of frames whose flow may be in work at a time.
    """

    video: Path
    pace: Pace
    gaze: GazeFile | None
    overlay_path: Path | None
    record_path: Path | None
    threads: int


def request_of(given: Arguments, config: PredictionConfig, threads: int) -> Request:
    """Return the request that a command line means."""
    gaze = GazeFile(given.gaze, given.gaze_format, given.gaze_start) if given.gaze else None
    return Request(
        video=given.video,
        pace=choose_pace(config, given.length, given.stride, given.rate),
        gaze=gaze,
        overlay_path=given.out,
        record_path=given.record,
        threads=threads,
    )


@dataclass(frozen=True)
class _Sinks:
    """Who is told of each prediction; None where nobody asked."""

    overlay: Overlay | None
    record: Record | None
    progress: Progress


def predict_video(request: Request, setup: Setup, device: torch.device) -> Outcome:
    """Predict a video of any length, and write what was asked for while it is read.

    Raises:
        PredictionError: the video holds nothing to predict, or a file cannot be written.
        GazeError, WeightsError, FlowError, CropError, ScoresError: as their packages say.
    """
    with Film(request.video) as film:
        networks = load_networks(setup, device, request.threads)
        with (
            _open_overlay(request, networks, film) as overlay,
            _open_record(request, networks, film) as record,
            Progress("predict", film.num_expected, "frame") as progress,
        ):
            sinks = _Sinks(overlay, record, progress)
            outcome = _predict(film, networks, request.pace, sinks)
            if overlay is not None:
                overlay.end()
            if record is not None:
                record.end(outcome.summary(setup.config.classes))
    return outcome


def _predict(film: Film, networks: Networks, pace: Pace, sinks: _Sinks) -> Outcome:
    names = networks.config.classes
    sums, number, done = np.zeros(len(names)), 0, 0
    shown: list[str] = []
    spectator = Spectator(picture_size, sinks.overlay.see) if sinks.overlay else None
    for prediction in watch(film, networks, pace, spectator):
        number += 1
        sums += prediction.confidences
        if len(shown) < MOST_LINES:
            shown.append(segment_line(prediction, names))
        if sinks.overlay is not None:
            sinks.overlay.tell(prediction)
        if sinks.record is not None:
            sinks.record.add(prediction)
        sinks.progress.advance(film.num_decoded - done, _note(prediction, networks))
        done = film.num_decoded
    return Outcome(film, number, sums / max(number, 1), shown)


def _note(prediction: Prediction, networks: Networks) -> str:
    best = int(prediction.confidences.argmax())
    return f"{networks.config.classes[best]} {prediction.confidences[best]:.0%}"


@contextmanager
def _open_overlay(request: Request, networks: Networks, film: Film) -> Iterator[Overlay | None]:
    """Give the overlay that was asked for, or None."""
    if request.overlay_path is None:
        yield None
        return
    config, own = networks.config, request.gaze
    look = Look(
        names=config.classes,
        crops={name: plan.score.protocol.crop for name, plan in config.networks.items()},
        confidence=config.calibration.kind,
        seconds=film.seconds_declared,
        gaze=read_own_gaze(own.path, own.format, config.gaze) if own else None,
        gaze_start=own.start if own else 0,
    )
    with open_pictures(request.overlay_path, film.rate) as writer:
        yield Overlay(writer, look)


@contextmanager
def _open_record(request: Request, networks: Networks, film: Film) -> Iterator[Record | None]:
    """Give the record that was asked for, or None."""
    if request.record_path is None:
        yield None
        return
    gaze = str(request.gaze.path) if request.gaze else None
    head = head_of(film, networks, request.pace, gaze)
    with open_record(request.record_path, head, networks.config.classes) as record:
        yield record
