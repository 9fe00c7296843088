"""Frames, gaze and maps of test clips of finished experiments, as the figures of maps need them."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from pipeline.clips.store import ClipStore
from pipeline.evaluation.explain import ClipMaps, MapKind, read_maps, read_sample
from pipeline.overlays.pictures import maps_of_frames, scale_to_one
from pipeline.reporting.gallery import choose_clips
from pipeline.studies.errors import StudyError
from pipeline.studies.results import Results

IMAGES = ("data/clips", "data/frames", "data/flow")
"""Outputs that hold what a clip looks like; the clips' files link to both stores."""


@dataclass(frozen=True)
class ClipFrames:
    """Some frames of a test clip.

    Args:
        name: of the clip.
        action: name of its class.
        num_frames: of the whole clip.
        frames: numbers of those shown.
        images: of those frames.
        gaze: points in [0, 1] of the image.
        is_gazed: which of them are to be trusted.
    """

    name: str
    action: str
    num_frames: int
    frames: Int[np.ndarray, " F"]
    images: UInt8[np.ndarray, "F H W 3"]
    gaze: Float[np.ndarray, "F 2"]
    is_gazed: Bool[np.ndarray, " F"]


@dataclass(frozen=True)
class FrameMaps:
    """A row's maps of some frames, in [0, 1] over the clip; ``crop`` as `ClipMaps` has it."""

    maps: Float[np.ndarray, "F h w"]
    crop: int | None


def read_frames(
    results: Results, row: str, *, num_clips: int, num_frames: int, seed: int, kind: MapKind
) -> list[ClipFrames]:
    """Read frames of test clips that a seed chooses, of as many actions as there are.

    results: of the study.
    row: whose data set is shown; rows of one split share it.
    num_clips: how many.
    num_frames: of each, in the middles of equal stretches.
    seed: chooses the clips.
    kind: of the maps to be shown; Grad-CAM++ exists of a sample of clips alone.
    """
    experiment = results.of(row)
    root = results.outputs(row, [*IMAGES, *_explained()])
    preferred = read_sample(root / _explained()[0]) if kind == "grad_cam" else ()
    test = experiment.scores["fused"].of("test")
    chosen = choose_clips(test, num_clips, seed, preferred)
    with closing(ClipStore(root / "data" / "clips", "rgb")) as store:
        number_of = {clip.name: clip.index for clip in store.clips}
        return [
            _read_clip(store, number_of[name], experiment.classes.names[label], num_frames)
            for name, label in zip(chosen.clips.tolist(), chosen.labels.tolist(), strict=True)
        ]


def read_frame_maps(
    results: Results, row: str, stream: str, clips: Sequence[ClipFrames], kind: MapKind
) -> list[FrameMaps]:
    """Read a row's maps of frames that were chosen before.

    Raises:
        StudyError: the row has no such maps.
        ExplainError: its file lacks a clip.
    """
    path = results.outputs(row, _explained()) / "data" / "explain" / f"{stream}.h5"
    maps = read_maps(path, [clip.name for clip in clips], kind)
    if not maps:
        raise StudyError(f"row '{row}' has no {kind} maps of its {stream} stream")
    return [_of_frames(maps[clip.name], clip) for clip in clips]


def _explained() -> tuple[str, str]:
    return ("data/explain/rgb.h5", "data/explain/flow.h5")


def _of_frames(maps: ClipMaps, clip: ClipFrames) -> FrameMaps:
    scaled = scale_to_one(maps_of_frames(maps, np.arange(clip.num_frames)))
    return FrameMaps(scaled[clip.frames], maps.crop)


def _read_clip(store: ClipStore, number: int, action: str, num_frames: int) -> ClipFrames:
    clip = store.clips[number]
    frames = ((np.arange(num_frames) + 0.5) * clip.num_frames / num_frames).astype(np.int64)
    points, is_valid = store.gaze(number, frames)
    images = store.images(number, frames)
    return ClipFrames(clip.name, action, clip.num_frames, frames, images, points, is_valid)
