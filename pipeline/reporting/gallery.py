"""Test clips shown with what each stream looked at: pictures, names and probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from pipeline.evaluation.explain import ClipMaps
from pipeline.evaluation.fusion import log_softmax
from pipeline.evaluation.inference import Clip, Images
from pipeline.evaluation.scores import Scores
from pipeline.reporting.console import TITLES
from pipeline.reporting.overlays import (
    draw_gaze,
    encode_jpeg,
    maps_of_frames,
    overlay,
    resize_to_width,
    scale_to_one,
)

FRAMES_A_CLIP = 4
FRAME_WIDTH = 248
GAP_PIXELS = 4
JPEG_QUALITY = 84
NUM_GUESSES = 3


@runtime_checkable
class GazedImages(Images, Protocol):
    """What the gallery needs of the RGB clip store."""

    @property
    def clips(self) -> Sequence[Clip]:
        """Return all rows."""
        ...

    def gaze(
        self, clip: int, indices: Int[np.ndarray, " T"]
    ) -> tuple[Float[np.ndarray, "T 2"], Bool[np.ndarray, " T"]]:
        """Return gaze points of some frames, and which of them are to be trusted."""
        ...


@dataclass(frozen=True)
class Strip:
    """One row of pictures: JPEG bytes, what they show, and in words for those who cannot see."""

    title: str
    jpeg: bytes
    description: str


@dataclass(frozen=True)
class GalleryClip:
    """A test clip, its pictures, and what the fused scores say of it.

    Args:
        name: of the clip.
        label: true action id.
        guesses: (action id, probability) of the highest fused scores, best first.
        frames: frame numbers shown.
        num_gazed: how many of them have a gaze point.
        strips: rows of pictures.
    """

    name: str
    label: int
    guesses: tuple[tuple[int, float], ...]
    frames: tuple[int, ...]
    num_gazed: int
    strips: tuple[Strip, ...]


def choose_clips(test: Scores, num_clips: int, seed: int) -> Scores:
    """Choose test clips by a seed, of as many different actions as there are."""
    order = np.random.default_rng(seed).permutation(len(test.clips))
    repeats = np.array(
        [(test.labels[order[:n]] == test.labels[row]).sum() for n, row in enumerate(order)]
    )
    return test.take(order[np.argsort(repeats, kind="stable")][:num_clips])


def make_gallery(
    store: GazedImages, chosen: Scores, attention: Mapping[str, Mapping[str, ClipMaps]]
) -> list[GalleryClip]:
    """Draw the chosen clips.

    Args:
        store: RGB clips.
        chosen: fused scores of the clips to draw.
        attention: maps by stream and clip name; a stream without maps has no row.
    """
    clips = {clip.name: clip for clip in store.clips}
    return [
        _draw(store, clips[str(name)], chosen.take(np.array([row])), attention)
        for row, name in enumerate(chosen.clips)
    ]


def _draw(
    store: GazedImages,
    clip: Clip,
    scores: Scores,
    attention: Mapping[str, Mapping[str, ClipMaps]],
) -> GalleryClip:
    frames = _moments(clip.num_frames)
    images = store.images(clip.index, frames)
    points, is_valid = store.gaze(clip.index, frames)
    strips = [
        Strip(
            "Frames", _strip(images, points, is_valid), f"Frames {frames.tolist()} with gaze points"
        )
    ]
    for stream, maps in attention.items():
        if clip.name in maps:
            laid = _laid_over(images, maps[clip.name], frames, clip.num_frames)
            strips.append(
                Strip(
                    f"{TITLES[stream]} attention",
                    _strip(laid, points, is_valid),
                    f"The same frames under a heat map of the {TITLES[stream]} stream's attention",
                )
            )
    probabilities = np.exp(log_softmax(scores.logits))[0]
    best = np.argsort(-probabilities, kind="stable")[:NUM_GUESSES]
    return GalleryClip(
        name=clip.name,
        label=int(scores.labels[0]),
        guesses=tuple((int(action), float(probabilities[action])) for action in best),
        frames=tuple(frames.tolist()),
        num_gazed=int(is_valid.sum()),
        strips=tuple(strips),
    )


def _moments(num_frames: int) -> Int[np.ndarray, " F"]:
    """Frames in the middle of equal stretches of the clip."""
    return ((np.arange(FRAMES_A_CLIP) + 0.5) * num_frames / FRAMES_A_CLIP).astype(np.int64)


def _laid_over(
    images: UInt8[np.ndarray, "F H W 3"],
    attention: ClipMaps,
    frames: Int[np.ndarray, " F"],
    num_frames: int,
) -> list[UInt8[np.ndarray, "H W 3"]]:
    every = scale_to_one(maps_of_frames(attention, np.arange(num_frames)))
    return [
        overlay(image, every[frame], attention.crop)
        for image, frame in zip(images, frames, strict=True)
    ]


def _strip(
    images: Sequence[np.ndarray] | np.ndarray,
    points: Float[np.ndarray, "F 2"],
    is_valid: Bool[np.ndarray, " F"],
) -> bytes:
    """Pictures side by side, with the gaze where there is one."""
    row = []
    for image, point, is_gazed in zip(images, points, is_valid, strict=True):
        picture = resize_to_width(image, FRAME_WIDTH)
        row.append(draw_gaze(picture, point) if is_gazed else picture)
        row.append(np.zeros((len(picture), GAP_PIXELS, 3), np.uint8))
    return encode_jpeg(np.concatenate(row[:-1], axis=1), JPEG_QUALITY)
