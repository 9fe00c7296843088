"""Batches with gaze, and looks at them, for tests of IGA's losses."""

import torch

from pipeline.clips.batch import Batch
from pipeline.training.look import Look


def make_batch(actions, frames, gaze_valid=True, points=None):
    """Return clips with gaze, everywhere or at `points`; their videos are of no use."""
    num_clips = len(actions)
    if points is None:
        points = torch.rand(num_clips, frames, 2, generator=torch.Generator().manual_seed(9))
    labels = torch.tensor(actions)
    return Batch(
        video=torch.zeros(num_clips, 3, frames, 1, 1, dtype=torch.uint8),
        action=labels,
        verb=torch.full_like(labels, -1),
        noun=torch.full_like(labels, -1),
        clip=torch.arange(num_clips),
        frames=torch.arange(frames).repeat(num_clips, 1),
        gaze=points.expand(num_clips, frames, 2).clone(),
        gaze_valid=torch.tensor(gaze_valid).expand(num_clips, frames).clone(),
    )


def make_look(network, seen, batch, *, compat="paper", iteration=0):
    """Return a look early in a phase without a teacher."""
    return Look(network, seen, batch, compat, iteration, 20_000, None)
