"""Which gaze counts: the valid points of a clip, in the part of the image that the map covers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from pipeline.clips.crop import Crop, centre_crop, crop_gaze, whole_image
from pipeline.clips.row import ClipRow
from pipeline.clips.stored import StoredGaze
from pipeline.gaze.samples import ABSENT, BLINK, FIXATION, UNTRACKED
from pipeline.gaze_metrics.enlarge import MAP_CELLS

NO_POINT = {ABSENT: "no_sample", BLINK: "blink", UNTRACKED: "untracked"}
"""Why a frame without a point is skipped, by its kind; the others are `unusable`."""
REASONS = (*NO_POINT.values(), "unusable", "outside_map")
"""``unusable``: a fixation or saccade off the image, or of a kind that `gaze.valid_kinds` leaves
out. ``outside_map``: on the image, and outside of the crop that the map covers."""


@dataclass(frozen=True)
class Picture:
    """A session's images, and the part of them that maps cover.

    Args:
        height: of the images in pixels.
        width: of the images in pixels.
        crop: what maps cover.
    """

    height: int
    width: int
    crop: Crop


@dataclass(frozen=True)
class ClipGaze:
    """The gaze of a clip's frames that have a point on the image.

    Args:
        frames: their numbers within the clip.
        points: x and y in shares of the map, beyond [0, 1] where the point is outside of it.
        is_inside: points within the map; the others take part in `glc_compat` alone.
        is_fixation: points whose last sample is of a fixation.
        skipped: frames of the clip that do not count, by `REASONS`.
    """

    frames: Int[np.ndarray, " F"]
    points: Float[np.ndarray, "F 2"]
    is_inside: Bool[np.ndarray, " F"]
    is_fixation: Bool[np.ndarray, " F"]
    skipped: Mapping[str, int]


def picture(height: int, width: int, crop: int | None) -> Picture:
    """Return what maps of a centre crop cover, in stored pixels; None is the whole image."""
    covered = whole_image(height, width) if crop is None else centre_crop(height, width, crop)
    return Picture(height, width, covered)


def read_session_gaze(shard: Path) -> StoredGaze:
    """Read the packed gaze of ``data/clips/<session>.h5``."""
    with h5py.File(shard, "r") as file:
        gaze = file["gaze"]
        return StoredGaze(gaze["points"][:], gaze["kind"][:], gaze["valid"][:])


def clip_gaze(stored: StoredGaze, clip: ClipRow, seen: Picture) -> ClipGaze:
    """Return a clip's gaze in shares of the map.

    A frame has one point, the mean of its usable samples (docs/gaze.md). It is within the map by
    the rule that training has, `pipeline.clips.crop.crop_gaze`: borders included.
    """
    rows = slice(clip.first_gaze, clip.first_gaze + clip.num_frames)
    valid, kinds, points = stored.valid[rows], stored.kind[rows], stored.points[rows]
    _, is_inside = crop_gaze(points, valid, seen.crop, seen.height, seen.width)
    corner = np.array([seen.crop.left, seen.crop.top])
    pixels = points[valid].astype(np.float64) * (seen.width, seen.height) - corner
    return ClipGaze(
        frames=np.flatnonzero(valid),
        points=pixels / (seen.crop.width, seen.crop.height),
        is_inside=is_inside[valid],
        is_fixation=kinds[valid] == FIXATION,
        skipped=_count_skipped(kinds[~valid], int((valid & ~is_inside).sum())),
    )


def cells_of(points: Float[np.ndarray, "F 2"]) -> Int[np.ndarray, " F"]:
    """Return the cell that each point within the map is in, counted row by row.

    A point on the right or lower border is in the last cell.
    """
    places = np.clip((points * MAP_CELLS).astype(np.int64), 0, MAP_CELLS - 1)  # (F, 2)
    return places[:, 1] * MAP_CELLS + places[:, 0]


def count_cells(cells: Int[np.ndarray, " F"]) -> Int[np.ndarray, " P"]:
    """Return how many points are in each cell, counted row by row."""
    return np.bincount(cells, minlength=MAP_CELLS**2)


def _count_skipped(kinds: UInt8[np.ndarray, " N"], num_outside: int) -> dict[str, int]:
    """Count frames without a point by kind, and points outside of the map."""
    counts = {name: int((kinds == kind).sum()) for kind, name in NO_POINT.items()}
    counts["unusable"] = len(kinds) - sum(counts.values())
    return {**counts, "outside_map": num_outside}
