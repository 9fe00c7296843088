"""The gaze of any clip of the packed set, in shares of what the maps cover."""

from contextlib import closing
from pathlib import Path

from pipeline.clips.row import ClipRow
from pipeline.clips.store import GROUPS
from pipeline.clips.stored import StoredGaze
from pipeline.frames.store import ImageReader
from pipeline.gaze_metrics.gaze_points import (
    ClipGaze,
    Picture,
    clip_gaze,
    picture,
    read_session_gaze,
)


class ClipGazeReader:
    """Reads gaze and image size; the session read last is kept, so ask for clips in order.

    Args:
        clips_dir: ``data/clips``.
        stream: ``rgb`` or ``flow``, whose images were seen.
        crop: side of the centre crop that the maps cover in stored pixels; None: all.
    """

    def __init__(self, clips_dir: Path, stream: str, crop: int | None) -> None:
        self._clips_dir = clips_dir
        self._group = GROUPS[stream]
        self._crop = crop
        self._session = ""
        self._kept: tuple[StoredGaze, Picture] | None = None

    def read(self, clip: ClipRow) -> tuple[ClipGaze, Picture]:
        """Return a clip's gaze, and where the map lies in its images."""
        if self._kept is None or self._session != clip.session:
            shard = self._clips_dir / f"{clip.session}.h5"
            with closing(ImageReader(shard, self._group)) as images:
                size = images.size
            seen = picture(size.height, size.width, self._crop)
            self._session, self._kept = clip.session, (read_session_gaze(shard), seen)
        gaze, seen = self._kept
        return clip_gaze(gaze, clip, seen), seen
