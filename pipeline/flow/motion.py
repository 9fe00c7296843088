"""The camera's motion taken out of pairs, and kept beside the flow that is computed without it."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8

from pipeline.flow.stabilise import HeadMotion, estimate_motion, remove_motion
from pipeline.flow.threads import over_pairs
from pipeline.frames.store import ImageReader, ImageWriter

HOMOGRAPHIES, NUM_INLIERS, IS_FOUND = "homographies", "num_inliers", "is_found"
"""Datasets of a store of flow, an entry a pair, named as in `HeadMotion`."""
NO_MOTION = HeadMotion(
    homographies=np.empty((0, 3, 3), np.float64),
    num_inliers=np.empty(0, np.int32),
    is_found=np.empty(0, np.bool_),
)
"""That of no pairs."""


def take_out_motion(
    images: UInt8[np.ndarray, "M H W 3"], pairs: UInt8[np.ndarray, "N 2 H W"], threads: int
) -> tuple[UInt8[np.ndarray, "N 2 H W"], HeadMotion]:
    """Return the pairs of frames as a still camera would have seen them, and the motion.

    Args:
        images: the frames in colour.
        pairs: in grey, each frame with the next.
        threads: pairs that are in work at a time.
    """
    steady = np.empty_like(pairs)
    motions = [NO_MOTION] * len(pairs)

    def take_out(number: int) -> None:
        motions[number] = estimate_motion(images[number : number + 2])
        one = pairs[number : number + 1]
        steady[number] = remove_motion(one, motions[number].homographies)[0]

    over_pairs(take_out, len(pairs), threads)
    return steady, join_motion(motions)


def join_motion(motions: Sequence[HeadMotion]) -> HeadMotion:
    """Return the motion of one stretch of pairs after the other."""
    motions = [NO_MOTION, *motions]
    return HeadMotion(
        homographies=np.concatenate([motion.homographies for motion in motions]),
        num_inliers=np.concatenate([motion.num_inliers for motion in motions]),
        is_found=np.concatenate([motion.is_found for motion in motions]),
    )


def keep_motion(writer: ImageWriter, motion: HeadMotion) -> None:
    """Store the motion beside the flow."""
    writer.keep(HOMOGRAPHIES, motion.homographies)
    writer.keep(NUM_INLIERS, motion.num_inliers)
    writer.keep(IS_FOUND, motion.is_found)


def read_motion(store: ImageReader) -> HeadMotion:
    """Read the motion back.

    Raises:
        StoreError: the flow was computed with the camera's motion in it.
    """
    return HeadMotion(*(store.array(name) for name in (HOMOGRAPHIES, NUM_INLIERS, IS_FOUND)))
