"""A video file read once, in order, as far as it can be decoded; what is lost is counted.

Apart from `pipeline.frames.decode`, for which a video is whole or refused: whoever predicts one
recording wants what there is of it.
"""

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.frames.decode import ENVIRONMENT_FAULTS
from pipeline.prediction.errors import PredictionError

GUESSED_RATE = 25.0
ROUGH_SECONDS = 1.0
"""What a duration in a header may be off: sound may end later than the picture."""


@dataclass(frozen=True)
class Shown:
    """A decoded frame and when it is shown.

    Args:
        number: of the frame in the file from 0; those that are broken have numbers too.
        time: seconds since the first frame; later frames have later times.
    """

    number: int
    time: float
    frame: VideoFrame


class Film:
    """A video that is open, and what has been counted of it so far.

    A context manager. Frames that are broken are left out.

    Args:
        path: any video that FFmpeg reads.

    Raises:
        PredictionError: it is absent, no video, or holds no picture track.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.num_decoded = 0
        """Frames given."""
        self.num_broken = 0
        """Packets and frames that could not be decoded whole."""
        self._num_hidden = 0
        self._container = _open(path)
        try:
            self._stream = self._choose_stream()
        except BaseException:
            self._container.close()
            raise
        self.rate = float(self._stream.average_rate or self._stream.guessed_rate or GUESSED_RATE)
        """Frames a second, on average."""
        self.num_declared = self._stream.frames
        """Frames as the header counts them; 0 where it does not."""
        self.seconds_declared = self._declared_seconds()
        """Duration by the header; 0.0 where it does not tell."""
        self.end = 0.0
        """When the last frame given ends, in seconds since the first."""

    def __enter__(self) -> "Film":
        return self

    def __exit__(self, *_fault: object) -> None:
        self._container.close()

    @property
    def codec(self) -> str:
        """Return the name of the picture track's codec."""
        return self._stream.codec_context.name

    @property
    def num_expected(self) -> int:
        """Return the frames that there may be, for progress; 0 where nothing tells."""
        return self.num_declared or round(self.seconds_declared * self.rate)

    @property
    def seconds_lost(self) -> float:
        """Return what the header promised and did not come, once all is read.

        Where it counts no frames but has a duration, less than a second is no loss.
        """
        if self.num_declared:
            missing = self.num_declared - self.num_decoded - self._num_hidden
            return max(missing, self.num_broken) / self.rate
        missing_seconds = self.seconds_declared - self.end
        rough = missing_seconds if missing_seconds >= ROUGH_SECONDS else 0.0
        return max(rough, self.num_broken / self.rate)

    def frames(self) -> Iterator[Shown]:
        """Yield all frames that can be decoded, in the order in which they are shown.

        Raises:
            PredictionError: there is none, or a frame is turned by no quarter.
        """
        first, last = 0.0, -1.0
        for frame in self._decoded():
            if frame.rotation % 90:
                raise PredictionError(
                    f"{self.path}: found a rotation of {frame.rotation} degrees, expected "
                    "quarters; turn the video by an editor first"
                )
            time = frame.time
            if self.num_decoded == 0:
                first = time or 0.0
            time = None if time is None else time - first
            if time is None or time <= last:  # no clock, or one that stands still or goes back
                time = last + 1 / self.rate if self.num_decoded else 0.0
            last, self.end = time, time + 1 / self.rate
            self.num_decoded += 1
            yield Shown(self.num_decoded + self.num_broken - 1, time, frame)
        if self.num_decoded == 0:
            raise PredictionError(
                f"{self.path}: found {self.num_expected} frames declared and none that can be "
                f"decoded ({self.codec}); record or copy it again"
            )

    def _decoded(self) -> Iterator[VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
                self._num_hidden += packet.is_discard
                frames = packet.decode()
            except StopIteration:
                return
            except ENVIRONMENT_FAULTS:
                raise
            except av.error.FFmpegError as error:
                if error.errno == errno.EIO:
                    raise
                self.num_broken += 1
                continue
            for frame in frames:
                if not isinstance(frame, VideoFrame) or frame.is_corrupt:
                    self.num_broken += 1
                else:
                    yield frame

    def _choose_stream(self) -> VideoStream:
        """Take the first picture track that is no cover of a piece of music."""
        videos = self._container.streams.video
        films = [own for own in videos if not own.disposition & Disposition.attached_pic]
        if not films:
            kinds = [own.type for own in self._container.streams]
            found = ", ".join(sorted(set(kinds))) or "nothing"
            raise PredictionError(
                f"{self.path}: found no video stream (it holds {found}), expected one; give a "
                "file with a picture track"
            )
        if films[0].codec_context is None:
            raise PredictionError(
                f"{self.path}: found a codec that no decoder here knows; convert it, such as by "
                "`ffmpeg -i IN -c:v libx264 OUT.mp4`"
            )
        films[0].thread_type = "AUTO"
        return films[0]

    def _declared_seconds(self) -> float:
        stream = self._stream
        if stream.duration and stream.time_base:
            return float(stream.duration * stream.time_base)
        return (self._container.duration or 0) / av.time_base


def _open(path: Path) -> av.container.InputContainer:
    if not path.is_file():
        raise PredictionError(f"{path}: found no such file; give the path of a video")
    try:
        return av.open(str(path))
    except ENVIRONMENT_FAULTS:
        raise
    except av.error.FFmpegError as error:
        raise PredictionError(
            f"{path}: not readable as a video: found {error.strerror} in {path.stat().st_size} "
            "bytes; a recording that was cut off before its end needs a repair tool first, and "
            "any other file a copy that plays"
        ) from error
