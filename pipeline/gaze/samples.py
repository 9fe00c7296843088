"""What every tracker's file is brought to: one row a sample, as measured, nothing left out."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8

ABSENT, FIXATION, SACCADE, BLINK, UNTRACKED = range(5)
KIND_CODES = {
    "absent": ABSENT,
    "fixation": FIXATION,
    "saccade": SACCADE,
    "blink": BLINK,
    "untracked": UNTRACKED,
}
"""What a kind is called in params and reports, and its number in the stored files."""


@dataclass(frozen=True)
class GazeSamples:
    """A recording's samples in the order of its file.

    Positions are shares of the image's width and height, (0, 0) the top-left corner. They may
    lie outside of [0, 1], and are NaN where the tracker gave none.
    """

    time_us: Int64[np.ndarray, " N"]
    """The tracker's clock in microseconds; its zero means nothing."""
    x: Float64[np.ndarray, " N"]
    y: Float64[np.ndarray, " N"]
    frame: Int64[np.ndarray, " N"]
    """The tracker's own number of the video frame; it may repeat, skip and step back."""
    kind: UInt8[np.ndarray, " N"]
    """One of `KIND_CODES`, never absent."""
    num_declared: int | None
    """Samples that the file's header promises; None where it says nothing."""

    @property
    def is_on_image(self) -> Bool[np.ndarray, " N"]:
        """Whether a sample has a position, and it lies on the image, borders included."""
        return (self.x >= 0) & (self.x <= 1) & (self.y >= 0) & (self.y <= 1)

    @property
    def is_nan(self) -> Bool[np.ndarray, " N"]:
        """Whether the tracker gave no position."""
        return np.isnan(self.x) | np.isnan(self.y)
