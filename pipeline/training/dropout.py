"""Dropout masks drawn by clip, so that they are the same in any process and after any restart."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.clips.draws import Purpose, make_generator


def dropout_mask(
    probability: float, num_features: int, *, seed: int, epoch: int, clips: Sequence[int]
) -> Float[Tensor, "B C"] | None:
    """Return the factors of each clip's features: 0, or 1 / (1 - probability).

    Row b depends on seed, epoch and clips[b] alone. None where nothing is ever dropped.
    """
    if probability == 0:
        return None
    draws = [
        make_generator(Purpose.DROPOUT, seed, epoch, clip).random(num_features) for clip in clips
    ]
    kept = torch.from_numpy(np.stack(draws) >= probability)  # (B, C)
    return kept.float() / (1 - probability)
