"""Whose gaze supervises a training clip: its own, a control's that should not help, or none's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int

from pipeline.clips.draws import Purpose, make_generator
from pipeline.clips.params import GazeSupervisionConfig
from pipeline.clips.store import ClipStore

Gaze = tuple[Float32[np.ndarray, "T 2"], Bool[np.ndarray, " T"]]
# Points in the whole image and their validity, for some frames of a clip.
GazeSource = Callable[[int, Int[np.ndarray, " T"]], Gaze]


class GazeSourceError(ValueError):
    """A control cannot be made of these clips."""


@dataclass(frozen=True)
class Real:
    """The clip's own gaze."""

    store: ClipStore

    def __call__(self, clip: int, indices: Int[np.ndarray, " T"]) -> Gaze:
        return self.store.gaze(clip, indices)


@dataclass(frozen=True)
class Shuffled:
    """Another training clip's gaze, the same one in every epoch.

    Args:
        partner: the clip whose gaze each clip is given; a shorter one starts over.
    """

    store: ClipStore
    partner: dict[int, int]

    def __call__(self, clip: int, indices: Int[np.ndarray, " T"]) -> Gaze:
        other = self.partner[clip]
        return self.store.gaze(other, indices % self.store.clips[other].num_frames)


@dataclass(frozen=True)
class Shifted:
    """The clip's own gaze at another time, in a circle within the clip.

    Args:
        shift_frames: how much later the gaze comes from. A clip whose length divides it would be
            given its own gaze and is shifted by half its length instead.
    """

    store: ClipStore
    shift_frames: int

    def __call__(self, clip: int, indices: Int[np.ndarray, " T"]) -> Gaze:
        num_frames = self.store.clips[clip].num_frames
        shift = self.shift_frames % num_frames or num_frames // 2
        return self.store.gaze(clip, (indices + shift) % num_frames)


@dataclass(frozen=True)
class Centre:
    """The middle of the image in every frame: what a viewer who only looks ahead would give."""

    def __call__(self, clip: int, indices: Int[np.ndarray, " T"]) -> Gaze:  # noqa: ARG002
        return np.full((len(indices), 2), 0.5, np.float32), np.ones(len(indices), bool)


@dataclass(frozen=True)
class Nobody:
    """No gaze at all; nothing is read."""

    def __call__(self, clip: int, indices: Int[np.ndarray, " T"]) -> Gaze:  # noqa: ARG002
        return np.zeros((len(indices), 2), np.float32), np.zeros(len(indices), bool)


Maker = Callable[[GazeSupervisionConfig, ClipStore, Sequence[int], int], GazeSource]

GAZE_SOURCES: dict[str, Maker] = {
    "real": lambda _config, store, _clips, _seed: Real(store),
    "shuffled": lambda _config, store, clips, seed: Shuffled(store, draw_partners(clips, seed)),
    "shifted": lambda config, store, _clips, _seed: Shifted(store, _shift_frames(config)),
    "centre": lambda _config, _store, _clips, _seed: Centre(),
    "none": lambda _config, _store, _clips, _seed: Nobody(),
}


def make_gaze_source(
    config: GazeSupervisionConfig, store: ClipStore, clips: Sequence[int], seed: int
) -> GazeSource:
    """Return the source that ``supervision.gaze`` names.

    Args:
        config: names it.
        store: gives the clips' own gaze.
        clips: the training clips, among which ``shuffled`` exchanges gaze; it knows no others.
        seed: of the run.
    """
    return GAZE_SOURCES[config.source](config, store, clips, seed)


def draw_partners(clips: Sequence[int], seed: int) -> dict[int, int]:
    """Give every clip another one: a random circle through all clips, so that none keeps its own.

    Raises:
        GazeSourceError: there are fewer than two clips.
    """
    if len(clips) < 2:
        raise GazeSourceError(
            f"found {len(clips)} training clips; shuffled gaze needs two or more to exchange"
        )
    generator = make_generator(Purpose.SHUFFLED_GAZE, seed)
    circle = generator.permutation(np.asarray(clips)).tolist()
    return dict(zip(circle, [*circle[1:], circle[0]], strict=True))


def _shift_frames(config: GazeSupervisionConfig) -> int:
    return max(round(config.shift_seconds * config.frames_per_second), 1)
