"""Renders one session: its clips, and the gaze over the whole of it."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float

from pipeline.atomic import write_text
from pipeline.kitchen.begaze import (
    FRAME_TRACKER,
    TIMECODE_TRACKER,
    has_timecodes,
    write_frames_export,
    write_timecodes_export,
)
from pipeline.kitchen.eye import watch
from pipeline.kitchen.hands import choose_looks
from pipeline.kitchen.naming import FRAMES_PER_SECOND
from pipeline.kitchen.noise import smooth_curve
from pipeline.kitchen.params import KitchenParams
from pipeline.kitchen.plan import SessionPlan
from pipeline.kitchen.render import Rendered, render_clip
from pipeline.kitchen.video import write_video

NUM_ATTRACTORS = 4
"""The acted-on dish, the moving distractor, and the two still dishes that every scene has."""
WANDER_HERTZ = (0.1, 0.6)
WANDER = 0.12


@dataclass(frozen=True)
class SessionWork:
    """All that a worker process needs to make one session's files."""

    plan: SessionPlan
    params: KitchenParams
    root: Path

    def __str__(self) -> str:
        """Return the session's name, for messages."""
        return self.plan.name


def write_session(work: SessionWork) -> int:
    """Write the session's clips and its gaze file; return the number of frames rendered.

    Every clip has its own generator, from (seed, session, clip), so that no worker's order counts.
    """
    cv2.setNumThreads(1)
    plan, params = work.plan, work.params
    seed = (params.seed, 1, plan.index)
    looks = choose_looks(np.random.default_rng((params.seed, 2, *plan.subject.encode())))
    rng = np.random.default_rng((params.seed, 3, plan.index))
    attractors = _wander(plan.num_frames, rng)
    num_rendered = 0
    for number, clip in enumerate(plan.clips):
        clip_rng = np.random.default_rng((*seed, number))
        rendered = render_clip(clip, params, looks, (params.seed, 4, plan.index), clip_rng)
        path = work.root / "cropped_clips" / plan.name / f"{clip.name}.mp4"
        write_video(rendered.frames, path, FRAMES_PER_SECOND)
        attractors[:, clip.span.start : clip.span.stop] = _attractors(rendered)
        num_rendered += len(rendered.frames)
    _write_gaze(work, attractors, rng)
    return num_rendered


def _write_gaze(
    work: SessionWork, attractors: Float[np.ndarray, "A F 2"], rng: np.random.Generator
) -> None:
    plan = work.plan
    if has_timecodes(plan.subject):
        track = watch(attractors, TIMECODE_TRACKER, rng)
        text = write_timecodes_export(track, plan.name, rng)
    else:
        track = watch(attractors, FRAME_TRACKER, rng)
        text = write_frames_export(track, has_backward_step=plan.index == 0, rng=rng)
    write_text(work.root / "gaze_data" / f"{plan.name}.txt", text)


def _attractors(rendered: Rendered) -> Float[np.ndarray, "A T 2"]:
    return np.concatenate([rendered.acted_on[None], rendered.distractors])[:NUM_ATTRACTORS]


def _wander(num_frames: int, rng: np.random.Generator) -> Float[np.ndarray, "A F 2"]:
    """Return where the eye may go between clips: slow curves about the middle."""
    curves = [
        smooth_curve(rng, num_frames, WANDER_HERTZ, FRAMES_PER_SECOND)
        for _ in range(2 * NUM_ATTRACTORS)
    ]
    return 0.5 + WANDER * np.stack(curves, axis=1).T.reshape(NUM_ATTRACTORS, 2, -1).swapaxes(1, 2)
