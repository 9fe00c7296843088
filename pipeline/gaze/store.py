"""One session's gaze on disk, ``data/gaze/<session>.h5``; the schema is in docs/gaze.md."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import h5py
import numpy as np
from jaxtyping import UInt8

from pipeline.atomic import atomic_hdf5
from pipeline.gaze.errors import GazeError
from pipeline.gaze.frames import FrameGaze
from pipeline.gaze.quality import GazeCounts

VERSION = 1
"""Raise it when equal files and params give other rows than before."""
FRAMES_PER_CHUNK = 1024


@dataclass(frozen=True)
class StoredRecording:
    """What is kept of the recording behind a session's rows."""

    counts: GazeCounts
    num_recorded: int
    """Session frames up to the recording's last one, which included."""


def write_gaze(
    path: Path,
    gaze: FrameGaze,
    maps: UInt8[np.ndarray, "F h w"],
    *,
    parameters: Mapping[str, object],
    recording: StoredRecording | None,
) -> None:
    """Write a session atomically; ``recording`` is None where the session has no gaze."""
    with atomic_hdf5(path) as file:
        for name in ("points", "kind", "valid", "in_range"):
            _write(file, name, getattr(gaze, name))
        _write(file, "maps", maps)
        file.attrs["version"] = VERSION
        file.attrs["parameters"] = json.dumps(parameters, sort_keys=True)
        file.attrs["frame_base"] = parameters["frame_base"]
        file.attrs["num_recorded"] = recording.num_recorded if recording else 0
        file.attrs["counts"] = json.dumps(asdict(recording.counts) if recording else None)


def read_recording(path: Path) -> StoredRecording | None:
    """Read back what is kept of a session's recording, None where it has no gaze."""
    with h5py.File(path, "r") as file:
        if file.attrs["version"] != VERSION:
            raise GazeError(
                f"{path}: found version {file.attrs['version']}, expected {VERSION}; "
                "run `dvc repro gaze`"
            )
        counts = json.loads(str(file.attrs["counts"]))
        num_recorded = int(file.attrs["num_recorded"])
    return StoredRecording(GazeCounts(**counts), num_recorded) if counts else None


def _write(file: h5py.File, name: str, values: np.ndarray) -> None:
    """Write a compressed dataset; an empty one cannot have chunks."""
    if not values.size:
        file.create_dataset(name, data=values)
        return
    chunks = (min(FRAMES_PER_CHUNK, len(values)), *values.shape[1:])
    file.create_dataset(name, data=values, chunks=chunks, compression="gzip", compression_opts=4)
