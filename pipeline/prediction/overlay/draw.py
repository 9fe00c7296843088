"""Frames that wait for the segments around them, and are then drawn with what was said of both."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8

from pipeline.evaluation.explain import MAP_TITLES, MapKind
from pipeline.frames.encode import decode_rgb
from pipeline.frames.size import Size
from pipeline.gaze.frames import FrameGaze
from pipeline.overlays.pictures import (
    draw_gaze,
    lay_over,
    maps_of_frames,
    scale_to_one,
    seen_part,
)
from pipeline.prediction.networks import Prediction
from pipeline.prediction.overlay.panel import GROUND, Caption, draw_panel
from pipeline.prediction.params import NetworkName
from pipeline.prediction.stored import Frame

SHORT_SIDE, LONG_SIDE, NARROWEST = 480, 1280, 480
"""Pixels: small videos are enlarged and large ones reduced to the first, unless the long side
would go beyond the second; a narrower picture stands in the middle of a canvas of the third."""
WAIT_LENGTHS = 1.5
"""Segments' lengths that a frame waits at most: a segment is over half a length after its middle,
and is mixed in from at most one length before it."""
OWNERS: Mapping[NetworkName, str] = {"rgb": "RGB's", "flow": "flow's", "joint": "both streams'"}


@runtime_checkable
class Pictures(Protocol):
    """Takes what is drawn, such as a file that is being written."""

    def add(self, picture: UInt8[np.ndarray, "H W 3"], time: float) -> None:
        """Append a picture, shown from a time on, in seconds."""
        ...


@dataclass(frozen=True)
class Told:
    """A prediction as it is drawn.

    Args:
        middle: time at which it alone is shown.
        seconds: that its segment lasts.
        confidences: by class id.
        numbers: of its frames.
        maps: of its frames in [0, 1]; None without any.
        maps_of: the network that they are of.
        maps_kind: what they are.
    """

    middle: float
    seconds: float
    confidences: Float[np.ndarray, " K"]
    numbers: Sequence[int]
    maps: Float[np.ndarray, "F h w"] | None
    maps_of: NetworkName | None
    maps_kind: MapKind


@dataclass(frozen=True)
class Look:
    """What is the same in all pictures.

    Args:
        names: of the classes.
        crops: side of the square that each network sees, in stored pixels; None for all.
        confidence: what confidences are.
        seconds: of the video; 0 where it is not known.
        gaze: by frame number; None without a recording.
        gaze_start: the recording's number of the video's first frame.
    """

    names: Sequence[str]
    crops: Mapping[NetworkName, int | None]
    confidence: str
    seconds: float
    gaze: FrameGaze | None
    gaze_start: int


def picture_size(displayed: Size) -> Size:
    """Return how large a video is drawn: even sides, its own aspect."""
    short, long = sorted((displayed.width, displayed.height))
    scale = min(SHORT_SIDE / short, LONG_SIDE / long)
    return Size(
        *(max(2, 2 * round(side * scale / 2)) for side in (displayed.width, displayed.height))
    )


class Overlay:
    """Draws a video frame by frame, some seconds behind the predictions.

    Between the middles of two segments, both are mixed in proportion to how near they are; where
    the middles are farther apart than a segment is long, the earlier segment is shown alone until
    such a length before the later middle. So no more frames wait than one and a half segments
    have, however wide the stride.

    Args:
        writer: takes the pictures.
        look: what is the same in all of them.
    """

    def __init__(self, writer: Pictures, look: Look) -> None:
        self._writer = writer
        self._look = look
        self._waiting: deque[Frame] = deque()
        self._before: Told | None = None

    def see(self, frame: Frame) -> None:
        """Take a frame, to be drawn once it is known what was said around it.

        The segments to come end after the frame before this one, so what is too far behind that
        frame is not mixed with any of them, and is drawn now.
        """
        before, waiting = self._before, self._waiting
        if before is not None and waiting:
            oldest = waiting[-1].time - WAIT_LENGTHS * before.seconds
            while waiting[0].time < oldest:
                self._draw(waiting.popleft(), before, before)
        waiting.append(frame)

    def tell(self, prediction: Prediction) -> None:
        """Draw the frames up to the middle of a segment."""
        frames = prediction.segment.frames
        after = Told(
            middle=prediction.segment.middle,
            seconds=prediction.segment.stop - prediction.segment.start,
            confidences=prediction.confidences,
            numbers=[frame.number for frame in frames],
            maps=segment_maps(prediction),
            maps_of=prediction.maps_of,
            maps_kind=prediction.maps_kind,
        )
        before = self._before or after
        while self._waiting and self._waiting[0].time < after.middle:
            self._draw(self._waiting.popleft(), before, after)
        self._before = after

    def end(self) -> None:
        """Draw the frames behind the middle of the last segment."""
        if self._before is not None:
            while self._waiting:
                self._draw(self._waiting.popleft(), self._before, self._before)

    def _draw(self, frame: Frame, before: Told, after: Told) -> None:
        late = share(frame.time, before, after)
        picture = decode_rgb(frame.shown)
        maps = _mixed_map(frame.number, before, after, late)
        if maps is not None and after.maps_of is not None:
            stored = Size(frame.image.shape[1], frame.image.shape[0])
            own = Size(picture.shape[1], picture.shape[0])
            crop = self._look.crops[after.maps_of]
            picture = lay_over(picture, maps, seen_part(stored, crop, own))
        picture = _widen(self._with_gaze(picture, frame.number))
        seconds = self._look.seconds
        caption = Caption(
            time=frame.time,
            share=min(frame.time / seconds, 1.0) if seconds else None,
            words=self._words(after),
        )
        mixed = (1 - late) * before.confidences + late * after.confidences
        panel = draw_panel(picture.shape[1], caption, self._look.names, mixed)
        self._writer.add(np.concatenate([picture, panel]), frame.time)

    def _words(self, told: Told) -> str:
        title = MAP_TITLES[told.maps_kind]
        shown = [f"{OWNERS[told.maps_of]} {title}" if told.maps_of else "no attention map"]
        shown += ["gaze"] if self._look.gaze is not None else []
        return f"{' + '.join(shown)}  ·  confidence: {self._look.confidence}"

    def _with_gaze(
        self, picture: UInt8[np.ndarray, "H W 3"], number: int
    ) -> UInt8[np.ndarray, "H W 3"]:
        gaze, row = self._look.gaze, number + self._look.gaze_start
        if gaze is None or not 0 <= row < len(gaze.valid) or not gaze.valid[row]:
            return picture
        return draw_gaze(picture, gaze.points[row])


def segment_maps(prediction: Prediction) -> Float[np.ndarray, "F h w"] | None:
    """Return a map in [0, 1] for each frame of a segment, whose brightest place is 1.

    None where nobody has maps.
    """
    if prediction.maps is None:
        return None
    places = np.arange(len(prediction.segment.frames))
    return scale_to_one(maps_of_frames(prediction.maps, places))


def share(time: float, before: Told, after: Told) -> float:
    """Return how much of ``after`` a time has, in [0, 1]; ``before`` has the rest."""
    if after.middle <= before.middle:
        return 1.0
    start = max(before.middle, after.middle - before.seconds)
    return min(max((time - start) / (after.middle - start), 0.0), 1.0)


def _mixed_map(
    number: int, before: Told, after: Told, late: float
) -> Float[np.ndarray, "h w"] | None:
    if before.maps is None or after.maps is None:
        return None
    near = [
        own.maps[_nearest(own.numbers, number)] for own in (before, after) if own.maps is not None
    ]
    return (1 - late) * near[0] + late * near[1]


def _nearest(numbers: Sequence[int], number: int) -> int:
    return int(np.abs(np.array(numbers) - number).argmin())


def _widen(picture: UInt8[np.ndarray, "H W 3"]) -> UInt8[np.ndarray, "H w 3"]:
    """Return a picture in the middle of a canvas that has room for words."""
    missing = NARROWEST - picture.shape[1]
    if missing <= 0:
        return picture
    wide = np.full((len(picture), NARROWEST, 3), GROUND, np.uint8)
    left = missing // 2
    wide[:, left : left + picture.shape[1]] = picture
    return wide
