"""Test clips shown with what each stream looked at: films, names and probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import softmax

from pipeline.evaluation.explain import MAP_TITLES, ClipMaps, MapKind
from pipeline.evaluation.inference import Clip, Images
from pipeline.evaluation.scores import Scores
from pipeline.explanation.sample import choose_sample
from pipeline.memo import Memo
from pipeline.overlays.clip import Caption
from pipeline.reporting.console import TITLES
from pipeline.reporting.films import Film, Scene, make_films

MOST_FRAMES = 240
"""Of a film; of a longer clip the middle is shown."""
NUM_GUESSES = 3
FRAMES = "Frames"
"""Title of the film without a map."""


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
class StreamView:
    """What one stream makes of the shown clips.

    Args:
        scores: of the shown clips, in their order.
        maps: by kind and clip name; a clip without such a map is left out.
    """

    scores: Scores
    maps: Mapping[MapKind, Mapping[str, ClipMaps]]


@dataclass(frozen=True)
class GalleryClip:
    """A test clip, its films, and what the fused scores say of it.

    Args:
        name: of the clip.
        label: true action id.
        guesses: (action id, probability) of the highest fused scores, best first.
        num_frames: shown.
        num_gazed: how many of them have a gaze point.
        films: by title: under each map there is, then the frames alone.
    """

    name: str
    label: int
    guesses: tuple[tuple[int, float], ...]
    num_frames: int
    num_gazed: int
    films: Mapping[str, Film]


def choose_clips(test: Scores, num_clips: int, seed: int, preferred: Sequence[str] = ()) -> Scores:
    """Choose test clips by a seed, of as many different actions as there are.

    preferred: names of clips that come before all others: those of which there is more to show.
    """
    rows = np.flatnonzero(np.isin(test.clips, list(preferred)))
    return test.take(choose_sample(test.labels.tolist(), num_clips, seed, rows.tolist()))


def make_gallery(
    store: GazedImages,
    told: "Told",
    frames_per_second: float,
    memo: Memo,
) -> list[GalleryClip]:
    """Draw the chosen clips.

    Args:
        store: RGB clips.
        told: what is said of them.
        frames_per_second: of the films.
        memo: keeps the films.
    """
    clips = {clip.name: clip for clip in store.clips}
    of_clips = [
        _scenes(store, clips[str(name)], told, row) for row, name in enumerate(told.fused.clips)
    ]
    rate = Fraction(frames_per_second).limit_denominator(1001)
    films = iter(make_films([scene for scenes in of_clips for scene in scenes], rate, memo))
    return [
        GalleryClip(
            name=str(name),
            label=int(told.fused.labels[row]),
            guesses=tuple(guesses(told.fused, row)),
            num_frames=len(scenes[0].images),
            num_gazed=int(scenes[0].is_valid.sum()),
            films={scene.caption.shown: next(films) for scene in scenes},
        )
        for row, (name, scenes) in enumerate(zip(told.fused.clips, of_clips, strict=True))
    ]


@dataclass(frozen=True)
class Told:
    """What is said of the chosen clips.

    Args:
        fused: their fused scores; the other scores are in their order.
        names: of the classes.
        streams: by name, those that the method has.
    """

    fused: Scores
    names: Sequence[str]
    streams: Mapping[str, StreamView]

    def caption(self, scores: Scores, row: int, shown: str) -> Caption:
        """Return what stands below the frames: what these scores name, and what is true."""
        action, probability = guesses(scores, row)[0]
        truth = self.names[int(self.fused.labels[row])]
        return Caption(shown, self.names[action], probability, truth)


def guesses(scores: Scores, row: int) -> list[tuple[int, float]]:
    """Return the classes with a clip's highest scores and their probabilities, best first."""
    probabilities = softmax(scores.logits[row])
    best = np.argsort(-probabilities, kind="stable")[:NUM_GUESSES]
    return [(int(action), float(probabilities[action])) for action in best]


def _scenes(store: GazedImages, clip: Clip, told: Told, row: int) -> list[Scene]:
    """Return the clip under each map there is, then without."""
    num_frames = min(clip.num_frames, MOST_FRAMES)
    start = (clip.num_frames - num_frames) // 2
    indices = np.arange(start, start + num_frames)
    points, is_valid = store.gaze(clip.index, indices)
    plain = Scene(
        images=store.images(clip.index, indices),
        points=points,
        is_valid=is_valid,
        maps=None,
        caption=told.caption(told.fused, row, FRAMES),
    )
    scenes = []
    for stream, view in told.streams.items():
        for kind, of_clips in view.maps.items():
            if clip.name in of_clips:
                own = of_clips[clip.name]
                shifted = replace(own, frames=own.frames - start)
                title = f"{TITLES[stream]} {MAP_TITLES[kind]}"
                caption = told.caption(view.scores, row, title)
                scenes.append(replace(plain, maps=shifted, caption=caption))
    return [*scenes, plain]
