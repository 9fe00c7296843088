"""What the frames, flow and gaze stages have stored of a session, without its images."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from pipeline.frames.store import ImageReader

GAZE_ABSENT = 0
"""The kind of a frame that no sample belongs to."""


@dataclass(frozen=True)
class StoredImages:
    """Where each video of a session lies in its frame or flow store.

    Args:
        items: by video, the numbers of its frames or pairs within the store.
        parameters: all that shaped the images, as the stage wrote it.
    """

    items: dict[str, range]
    parameters: str


@dataclass(frozen=True)
class StoredGaze:
    """Gaze by session frame: points (NaN without a sample), kinds, usable for supervision."""

    points: Float32[np.ndarray, "F 2"]
    kind: UInt8[np.ndarray, " F"]
    valid: Bool[np.ndarray, " F"]


@dataclass(frozen=True)
class StoredSession:
    """What is stored of one session: its frames, its flow, and how far its gaze goes."""

    frames: StoredImages
    flow: StoredImages
    num_gaze_rows: int


def read_stored_images(path: Path) -> StoredImages:
    """Read the table of a frame or flow store; a session without a store has no videos."""
    if not path.exists():
        return StoredImages({}, "")
    with closing(ImageReader(path)) as reader:
        items = {video: reader.range(video) for video in reader.videos}
        return StoredImages(items, str(reader.attrs["parameters"]))


def read_stored_gaze(path: Path) -> StoredGaze:
    """Read a session's gaze; a session without a file has no rows."""
    if not path.exists():
        return StoredGaze(np.zeros((0, 2), np.float32), np.zeros(0, np.uint8), np.zeros(0, bool))
    with h5py.File(path, "r") as file:
        return StoredGaze(file["points"][:], file["kind"][:], file["valid"][:].astype(bool))


def count_gaze_rows(path: Path) -> int:
    """Return how many session frames the recording reaches over; the rows go on, all absent."""
    if not path.exists():
        return 0
    with h5py.File(path, "r") as file:
        recorded = np.flatnonzero(file["kind"][:] != GAZE_ABSENT)
    return int(recorded[-1]) + 1 if len(recorded) else 0
