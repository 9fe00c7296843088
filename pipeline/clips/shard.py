"""The HDF5 file of one session's usable clips: a table, their gaze, and links to the images."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
from jaxtyping import Int

from pipeline.atomic import atomic_hdf5
from pipeline.clips.agreement import count_frames
from pipeline.clips.stored import GAZE_ABSENT, StoredGaze, StoredSession
from pipeline.frames.store import disk_faults
from pipeline.tables.clips import Clip

VERSION = 1
NO_VERB = -1
# A fixed file format and no times inside: equal clips give equal bytes, which DVC compares.
FORMAT = ("v110", "v110")


def write_shard(path: Path, clips: Sequence[Clip], stored: StoredSession, gaze: StoredGaze) -> None:
    """Write one session's clips atomically.

    Frames and flow are linked relative to the file (``../frames/<session>.h5``), so that no image
    is stored twice and the folder ``data`` may be moved.
    """
    session = clips[0].session
    with disk_faults(path), atomic_hdf5(path, FORMAT) as file:
        _write_table(file.create_group("clips"), clips, stored)
        _write_gaze(file.create_group("gaze"), clips, gaze)
        file["frames"] = h5py.ExternalLink(f"../frames/{session}.h5", "/")
        if stored.flow.items:
            file["flow"] = h5py.ExternalLink(f"../flow/{session}.h5", "/")
        file.attrs["version"] = VERSION
        file.attrs["session"] = session
        file.attrs["frames_parameters"] = stored.frames.parameters
        file.attrs["flow_parameters"] = stored.flow.parameters


def _write_table(group: h5py.Group, clips: Sequence[Clip], stored: StoredSession) -> None:
    words = {
        "name": [clip.clip for clip in clips],
        "subject": [clip.subject for clip in clips],
        "nouns": ["|".join(map(str, clip.nouns)) for clip in clips],
        "part": [clip.part for clip in clips],
    }
    num_frames = [count_frames(clip) for clip in clips]
    numbers: dict[str, list[int]] = {
        "action": [clip.action for clip in clips],
        "verb": [NO_VERB if clip.verb is None else clip.verb for clip in clips],
        "first_frame": [stored.frames.items[clip.video].start + clip.video_start for clip in clips],
        "num_frames": num_frames,
        "first_pair": [_first_pair(clip, stored) for clip in clips],
        "num_pairs": [count - 1 for count in num_frames],
        "session_start": [clip.session_start for clip in clips],
        "first_gaze": np.cumsum([0, *num_frames[:-1]]).tolist(),
    }
    for name, values in words.items():
        group.create_dataset(name, data=values, dtype=h5py.string_dtype(), track_times=False)
    for name, column in numbers.items():
        group.create_dataset(name, data=np.asarray(column, np.int64), track_times=False)


def _first_pair(clip: Clip, stored: StoredSession) -> int:
    """Number of a clip's first pair; 0 in a store of frames alone."""
    pairs = stored.flow.items.get(clip.video)
    return 0 if pairs is None else pairs.start + clip.video_start


def _write_gaze(group: h5py.Group, clips: Sequence[Clip], gaze: StoredGaze) -> None:
    rows = np.concatenate([clip.session_start + np.arange(count_frames(clip)) for clip in clips])
    chosen = take_gaze(gaze, rows)
    group.create_dataset("points", data=chosen.points, track_times=False)
    group.create_dataset("kind", data=chosen.kind, track_times=False)
    group.create_dataset("valid", data=chosen.valid, track_times=False)


def take_gaze(gaze: StoredGaze, rows: Int[np.ndarray, " G"]) -> StoredGaze:
    """Return the gaze of session frames; frames beyond the recording are absent and invalid."""
    is_inside = (rows >= 0) & (rows < len(gaze.valid))
    points = np.full((len(rows), 2), np.nan, np.float32)
    kind = np.full(len(rows), GAZE_ABSENT, np.uint8)
    valid = np.zeros(len(rows), bool)
    inside = rows[is_inside]
    points[is_inside] = gaze.points[inside]
    kind[is_inside] = gaze.kind[inside]
    valid[is_inside] = gaze.valid[inside]
    return StoredGaze(points, kind, valid)
