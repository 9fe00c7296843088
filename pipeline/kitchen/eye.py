"""A simulated eye: fixations that follow what the hands do, saccades, blinks and lost tracks."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from jaxtyping import Float, Int

from pipeline.kitchen.naming import FRAMES_PER_SECOND

SAMPLES_PER_SECOND = 30
ON_ACTION = 0.85
"""Share of fixations on the acted-on object; the others visit a distractor."""
FIXATION_SAMPLES = (6, 20)
SACCADE_SAMPLES = (1, 4)
LOSS_SAMPLES = (2, 8)
OFFSET = 0.025
"""How far a fixation is from the middle of its target, in image widths and heights."""
TREMOR = 0.004
GLANCE_ASIDE = 0.02
"""Share of fixations outside the image."""
BESIDE_THE_IMAGE = (-0.04, 1.04)


class EyeEvent(IntEnum):
    """What the tracker says of a sample."""

    FIXATION = 0
    SACCADE = 1
    BLINK = 2
    LOST = 3


@dataclass(frozen=True)
class Tracker:
    """How often a recording device fails.

    Args:
        blinks: share of fixations that end in a blink.
        losses: share of fixations after which the track is lost.
        dropped: share of samples that are missing from the file.
        frame_jitter: standard deviation of a sample's place between frames, in frames.
    """

    blinks: float
    losses: float
    dropped: float
    frame_jitter: float


@dataclass(frozen=True)
class EyeTrack:
    """The samples of a session, in the order of time.

    Args:
        seconds: since the first frame.
        frame: 0-based number of the video frame shown; some frames have none, some two.
        point: x and y in [0, 1] of the image, also outside of it.
        event: an ``EyeEvent`` each.
    """

    seconds: Float[np.ndarray, " N"]
    frame: Int[np.ndarray, " N"]
    point: Float[np.ndarray, "N 2"]
    event: Int[np.ndarray, " N"]


def watch(
    attractors: Float[np.ndarray, "A F 2"], tracker: Tracker, rng: np.random.Generator
) -> EyeTrack:
    """Look at a session.

    Args:
        attractors: places of the things worth a look in each frame; the first is acted on.
        tracker: the device.
        rng: of this session.
    """
    num_frames = attractors.shape[1]
    num_samples = num_frames * SAMPLES_PER_SECOND // FRAMES_PER_SECOND
    seconds = np.arange(num_samples) / SAMPLES_PER_SECOND
    shown = np.minimum((seconds * FRAMES_PER_SECOND).astype(int), num_frames - 1)
    point, event = _look(attractors[:, shown], tracker, rng)
    jitter = rng.normal(0.0, tracker.frame_jitter, num_samples)
    frame = np.maximum.accumulate(np.floor(seconds * FRAMES_PER_SECOND + jitter))
    frame = np.clip(frame, 0, num_frames - 1).astype(int)
    kept = rng.random(num_samples) >= tracker.dropped
    return EyeTrack(seconds[kept], frame[kept], point[kept], event[kept])


def _look(
    attractors: Float[np.ndarray, "A N 2"], tracker: Tracker, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "N 2"], Int[np.ndarray, " N"]]:
    """Go from fixation to fixation until the samples end."""
    num_samples = attractors.shape[1]
    point = np.empty((num_samples, 2))
    event = np.empty(num_samples, int)
    now, eye = 0, attractors[0, 0]
    while now < num_samples:
        target = _choose_target(attractors, now, rng)
        for kind, length in _next_events(tracker, rng):
            stop = min(now + length, num_samples)
            if kind is EyeEvent.SACCADE:
                way = (np.arange(1, stop - now + 1) / (length + 1))[:, None]
                point[now:stop] = eye * (1.0 - way) + target[now:stop] * way
            elif kind is EyeEvent.FIXATION:
                point[now:stop] = target[now:stop]
            else:
                point[now:stop] = eye
            event[now:stop] = kind
            if stop == num_samples:
                return point + rng.normal(0.0, TREMOR, point.shape), event
            now, eye = stop, point[stop - 1]
    return point, event


def _next_events(tracker: Tracker, rng: np.random.Generator) -> list[tuple[EyeEvent, int]]:
    """Return a jump, the rest there, and what may interrupt it, with lengths in samples."""
    events = [
        (EyeEvent.SACCADE, int(rng.integers(*SACCADE_SAMPLES))),
        (EyeEvent.FIXATION, int(rng.integers(*FIXATION_SAMPLES))),
    ]
    if rng.random() < tracker.blinks:
        events.append((EyeEvent.BLINK, int(rng.integers(*LOSS_SAMPLES))))
    if rng.random() < tracker.losses:
        events.append((EyeEvent.LOST, int(rng.integers(*LOSS_SAMPLES))))
    return events


def _choose_target(
    attractors: Float[np.ndarray, "A N 2"], now: int, rng: np.random.Generator
) -> Float[np.ndarray, "N 2"]:
    """Return the path of the point looked at next: on a thing, and now and then off the image."""
    is_on_action = rng.random() < ON_ACTION
    thing = attractors[0 if is_on_action else rng.integers(1, len(attractors))]
    offset = rng.normal(0.0, OFFSET, 2)
    if rng.random() < GLANCE_ASIDE:
        axis = rng.integers(2)
        offset[axis] = rng.choice(BESIDE_THE_IMAGE) - thing[now, axis]
    return thing + offset
