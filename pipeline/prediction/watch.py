"""A film watched from its start to its end: a prediction for each segment as soon as it is over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.frames.size import Size
from pipeline.prediction.film import Film
from pipeline.prediction.networks import Networks, Prediction, predict_segment
from pipeline.prediction.params import PredictionConfig
from pipeline.prediction.segments import cut_segments
from pipeline.prediction.stored import Frame, store_frames, thin


@dataclass(frozen=True)
class Pace:
    """How a film is cut.

    Args:
        length_seconds: of a segment.
        stride_seconds: from the start of one to that of the next.
        rate: frames a second that are taken at most; None takes all, as the graph does.
    """

    length_seconds: float
    stride_seconds: float
    rate: float | None


def choose_pace(
    config: PredictionConfig, length: float | None, stride: float | None, rate: float | None
) -> Pace:
    """Return what is wished, else what the training clips suggest: segments that half overlap."""
    seconds = length or config.length_seconds
    return Pace(seconds, stride or seconds / 2, rate)


@dataclass(frozen=True)
class Spectator:
    """Somebody who is shown every frame as a person is.

    Args:
        size_of: how large frames are shown, by the video's own size.
        see: takes each frame.
    """

    size_of: Callable[[Size], Size]
    see: Callable[[Frame], None]


def watch(
    film: Film, networks: Networks, pace: Pace, spectator: Spectator | None
) -> Iterator[Prediction]:
    """Yield what the networks say of each segment; memory holds one segment, however long it is.

    Raises:
        PredictionError: no frame can be decoded, or a segment has too many.
    """
    config = networks.config
    frames = store_frames(
        thin(film.frames(), pace.rate),
        config.frames_size,
        config.frames_quality,
        spectator.size_of if spectator else None,
    )
    if spectator is not None:
        frames = _shown(frames, spectator)
    frame_seconds = 1 / min(film.rate, pace.rate or film.rate)
    for segment in cut_segments(frames, pace.length_seconds, pace.stride_seconds, frame_seconds):
        yield predict_segment(segment, networks, with_maps=spectator is not None)


def _shown(frames: Iterator[Frame], spectator: Spectator) -> Iterator[Frame]:
    for frame in frames:
        spectator.see(frame)
        yield frame
