"""From samples at the tracker's pace to one row a video frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, UInt8

from pipeline.gaze.gaps import bridge_gaps
from pipeline.gaze.samples import ABSENT, KIND_CODES, GazeSamples


@dataclass(frozen=True)
class FrameGaze:
    """One row for each frame of a session's video, from frame 0."""

    points: Float[np.ndarray, "F 2"]
    """x and y in [0, 1], float32; NaN where the frame is not valid."""
    kind: UInt8[np.ndarray, " F"]
    """One of `KIND_CODES`, absent where the frame has no sample."""
    valid: Bool[np.ndarray, " F"]
    """Whether the point may supervise."""
    in_range: Bool[np.ndarray, " F"]
    """Whether a sample of the frame, of whatever kind, lay on the image."""


def resample_gaze(
    samples: GazeSamples,
    *,
    num_frames: int,
    frame_base: int,
    valid_kinds: Sequence[str],
    fill_frames: int,
) -> FrameGaze:
    """Give each frame the mean of its usable samples, those of a valid kind and on the image.

    The kind is that of the frame's last usable sample, or of its last sample where none is
    usable. A frame without a sample is absent and has no point, unless it lies in a gap of at
    most ``fill_frames`` frames. Samples before ``frame_base`` precede the video and are left out.

    Differs from EGTEA Gaze+'s own reader (gaze_io_sample.py): all samples of a frame weigh the
    same (there, a third one weighs as much as the first two together); what is blink, untracked,
    NaN or off the image takes no part in the mean (there, its zeros do, and what is off the image
    is moved to the border and stays valid).

    Args:
        samples: a recording.
        num_frames: rows to return at least; a longer recording gives more.
        frame_base: the tracker's number of frame 0.
        valid_kinds: names of the usable kinds.
        fill_frames: longest gap to bridge.
    """
    frame = samples.frame - frame_base
    total = max(num_frames, int(frame.max(initial=-1)) + 1)
    in_video = frame >= 0
    usable = in_video & samples.is_on_image & is_of_kinds(samples.kind, valid_kinds)
    count = np.bincount(frame[usable], minlength=total)
    valid = count > 0
    points = np.full((total, 2), np.nan, np.float32)  # (F, 2)
    for axis, position in enumerate((samples.x, samples.y)):
        sums = np.bincount(frame[usable], weights=position[usable], minlength=total)
        points[valid, axis] = sums[valid] / count[valid]
    kind = np.full(total, ABSENT, np.uint8)
    # Of several values for one index numpy keeps the last.
    kind[frame[in_video]] = samples.kind[in_video]
    kind[frame[usable]] = samples.kind[usable]
    in_range = np.zeros(total, bool)
    in_range[frame[in_video & samples.is_on_image]] = True
    filled = bridge_gaps(points, valid, valid | is_of_kinds(kind, valid_kinds), fill_frames)
    return FrameGaze(points, kind, valid | filled, in_range | filled)


def empty_gaze(num_frames: int) -> FrameGaze:
    """Return the rows of a session without gaze: all absent."""
    return FrameGaze(
        points=np.full((num_frames, 2), np.nan, np.float32),
        kind=np.full(num_frames, ABSENT, np.uint8),
        valid=np.zeros(num_frames, bool),
        in_range=np.zeros(num_frames, bool),
    )


def is_of_kinds(kind: UInt8[np.ndarray, " N"], names: Sequence[str]) -> Bool[np.ndarray, " N"]:
    """Return where a kind is one of those named."""
    return np.isin(kind, [KIND_CODES[name] for name in names])


def is_filled(gaze: FrameGaze, valid_kinds: Sequence[str]) -> Bool[np.ndarray, " F"]:
    """Return which points come from their neighbours: valid, though no sample of theirs was."""
    return gaze.valid & ~is_of_kinds(gaze.kind, valid_kinds)
