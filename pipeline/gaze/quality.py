"""How good a recording is: counts a session, their sum, and the shares that follow from them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from pipeline.gaze.frames import FrameGaze, is_filled
from pipeline.gaze.samples import BLINK, FIXATION, SACCADE, UNTRACKED, GazeSamples


@dataclass(frozen=True)
class GazeCounts:
    """Counts of one recording, or of several together."""

    samples: int
    header_samples: int
    """What the headers promise; a header that promises nothing counts 0."""
    header_mismatches: int
    """Recordings whose header promises another number than the file holds."""
    frames_with_sample: int
    frames_spanned: int
    """From the lowest to the highest frame number, both included."""
    backward_steps: int
    """Samples whose frame number is below that of the sample before."""
    samples_before_video: int
    nan_samples: int
    out_of_range_samples: int
    """With a position, and it lies off the image."""
    out_of_range_fixations: int
    """Of these, those that the tracker calls fixations."""
    fixation_samples: int
    saccade_samples: int
    blink_samples: int
    untracked_samples: int
    lost_samples: int
    """Blink, untracked, or without a position."""
    frames: int
    """Stored rows: to the end of the recording or of the last clip, whichever is later."""
    valid_frames: int
    filled_frames: int
    """Of the valid ones, those bridged from their neighbours."""
    out_of_range_frames: int
    """Frames with a position, and none of theirs lies on the image."""


def count_gaze(
    samples: GazeSamples, gaze: FrameGaze, *, frame_base: int, valid_kinds: Sequence[str]
) -> GazeCounts:
    """Count one recording and the rows made of it."""
    frames_with_sample = np.unique(samples.frame)
    is_off_image = ~samples.is_on_image & ~samples.is_nan
    off_image_frames = np.unique(samples.frame[is_off_image] - frame_base)
    is_lost = samples.is_nan | np.isin(samples.kind, (BLINK, UNTRACKED))
    declared = samples.num_declared
    return GazeCounts(
        samples=len(samples.frame),
        header_samples=declared or 0,
        header_mismatches=int(declared is not None and declared != len(samples.frame)),
        frames_with_sample=len(frames_with_sample),
        frames_spanned=int(frames_with_sample[-1] - frames_with_sample[0] + 1),
        backward_steps=int((np.diff(samples.frame) < 0).sum()),
        samples_before_video=int((samples.frame < frame_base).sum()),
        nan_samples=int(samples.is_nan.sum()),
        out_of_range_samples=int(is_off_image.sum()),
        out_of_range_fixations=int((is_off_image & (samples.kind == FIXATION)).sum()),
        fixation_samples=int((samples.kind == FIXATION).sum()),
        saccade_samples=int((samples.kind == SACCADE).sum()),
        blink_samples=int((samples.kind == BLINK).sum()),
        untracked_samples=int((samples.kind == UNTRACKED).sum()),
        lost_samples=int(is_lost.sum()),
        frames=len(gaze.valid),
        valid_frames=int(gaze.valid.sum()),
        filled_frames=int(is_filled(gaze, valid_kinds).sum()),
        out_of_range_frames=int((~gaze.in_range[off_image_frames[off_image_frames >= 0]]).sum()),
    )


def sum_counts(counts: Sequence[GazeCounts]) -> GazeCounts | None:
    """Add recordings up; None where there is none."""
    if not counts:
        return None
    rows = [asdict(count) for count in counts]
    return GazeCounts(**{name: sum(row[name] for row in rows) for name in rows[0]})


def describe_counts(counts: GazeCounts) -> dict[str, int | float]:
    """Return the counts with the shares that follow from them, for the report."""
    return asdict(counts) | {
        "samples_per_frame": counts.samples / counts.frames_with_sample,
        "frame_coverage": counts.frames_with_sample / counts.frames_spanned,
        "lost_share": counts.lost_samples / counts.samples,
        "out_of_range_share": counts.out_of_range_samples / counts.samples,
        "valid_share": counts.valid_frames / counts.frames,
    }
