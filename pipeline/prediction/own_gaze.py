"""The wearer's gaze for each frame of a video; drawn for people, and never shown to a network."""

from pathlib import Path

from pipeline.gaze.frames import FrameGaze, resample_gaze
from pipeline.gaze.readers import read_gaze
from pipeline.prediction.params import GazeReading


def read_own_gaze(path: Path, format_name: str, reading: GazeReading) -> FrameGaze:
    """Return a recording by its own frame numbers, as the stage ``gaze`` reads it.

    Raises:
        GazeError: the file is absent, of another format, or broken.
    """
    return resample_gaze(
        read_gaze(path, format_name),
        num_frames=0,
        frame_base=reading.frame_base,
        valid_kinds=reading.valid_kinds,
        fill_frames=reading.fill_frames,
    )
