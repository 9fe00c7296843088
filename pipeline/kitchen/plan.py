"""Who does what, when: the whole set before a pixel is drawn."""

from dataclasses import dataclass

import numpy as np

from pipeline.kitchen.catalog import RECIPES
from pipeline.kitchen.classes import Action, count_clips
from pipeline.kitchen.naming import (
    FRAMES_PER_SECOND,
    FrameSpan,
    action_span,
    clip_name,
    clip_span,
    padding_frames,
)
from pipeline.kitchen.params import KitchenParams

GAP_FRAMES = (8, 40)
"""Fewest and most frames between two clips of a session."""


@dataclass(frozen=True)
class ClipPlan:
    """One action of a session.

    Args:
        name: the clip's name by EGTEA Gaze+'s rule.
        action: what happens.
        span: the clip's frames in the session.
        padding: frames before the action begins, and after it ended.
    """

    name: str
    action: Action
    span: FrameSpan
    padding: int


@dataclass(frozen=True)
class SessionPlan:
    """One recording: a person, a recipe, and the clips in the order of time."""

    index: int
    name: str
    subject: str
    clips: tuple[ClipPlan, ...]
    num_frames: int


def plan_sessions(params: KitchenParams) -> list[SessionPlan]:
    """Spread all clips over the sessions in a seeded order."""
    rng = np.random.default_rng((params.seed, 0))
    actions = [action for action, count in count_clips(params).items() for _ in range(count)]
    shuffled = [actions[index] for index in rng.permutation(len(actions))]
    return [
        _plan_session(params, index, shuffled[index :: params.sessions], rng)
        for index in range(params.sessions)
    ]


def _plan_session(
    params: KitchenParams, index: int, actions: list[Action], rng: np.random.Generator
) -> SessionPlan:
    round_number, person = divmod(index, params.subjects)
    pair, is_newer = divmod(person, 2)
    subject = f"P{pair + 1:02d}" if is_newer else f"OP{pair + 1:02d}"
    name = f"{subject}-{RECIPES[(round_number + person) % len(RECIPES)]}"
    lengths = _action_lengths(params)
    clips: list[ClipPlan] = []
    free_from = int(rng.integers(24, 72))
    for action in actions:
        clip = _plan_clip(name, action, free_from, int(rng.choice(lengths)), rng)
        clips.append(clip)
        free_from = clip.span.stop + int(rng.integers(*GAP_FRAMES))
    return SessionPlan(index, name, subject, tuple(clips), num_frames=free_from + 24)


def _plan_clip(
    session: str, action: Action, free_from: int, action_frames: int, rng: np.random.Generator
) -> ClipPlan:
    padding = padding_frames(action_frames)
    start = free_from + padding
    start_ms = -(-1000 * start // FRAMES_PER_SECOND) + int(rng.integers(0, 41))
    stop_ms = 1000 * (start + action_frames) // FRAMES_PER_SECOND - int(rng.integers(0, 41))
    return ClipPlan(
        name=clip_name(session, start_ms, stop_ms),
        action=action,
        span=clip_span(start_ms, stop_ms),
        padding=action_span(start_ms, stop_ms).start - clip_span(start_ms, stop_ms).start,
    )


def _action_lengths(params: KitchenParams) -> list[int]:
    """Return the action lengths whose padded clips are within the bounds."""
    return [
        frames
        for frames in range(1, params.max_frames + 1)
        if params.min_frames <= frames + 2 * padding_frames(frames) <= params.max_frames
    ]
