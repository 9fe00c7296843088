"""Neighbouring frames of the kitchen set at the other sets' size: motion as the graph sees it."""

import cv2
import numpy as np

from benchmarks.flow.scenes import Pair
from pipeline.kitchen.hands import choose_looks
from pipeline.kitchen.params import KitchenParams
from pipeline.kitchen.plan import plan_sessions
from pipeline.kitchen.render import render_clip


def render_kitchen_pairs(count: int, size: tuple[int, int], seed: int) -> list[Pair]:
    """Return the two middle frames of ``count`` clips, before any codec, without the truth."""
    height, width = size
    params = KitchenParams(
        seed=seed,
        verbs=7,
        nouns=4,
        clips=max(140, count),
        imbalance=1.0,
        subjects=1,
        sessions=1,
        height=height,
        width=width,
        min_frames=16,
        max_frames=24,
    )
    clips = plan_sessions(params)[0].clips[:count]
    pairs = []
    for number, clip in enumerate(clips):
        rng = np.random.default_rng((seed, number))
        frames = render_clip(clip, params, choose_looks(rng), (seed, number), rng).frames
        middle = len(frames) // 2
        grey = [cv2.cvtColor(frames[k], cv2.COLOR_RGB2GRAY) for k in (middle, middle + 1)]
        pairs.append(Pair(f"kitchen {number}", np.stack(grey), None))
    return pairs
