"""Dropout masks drawn by clip, so that they are the same in any process and after any restart."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

DROPOUT_STREAM = 0xD0
"""Keeps these draws apart from others that begin with the same seed, epoch and clip."""


def dropout_mask(
    probability: float, num_features: int, *, seed: int, epoch: int, clips: Sequence[int]
) -> Float[Tensor, "B C"] | None:
    """Return the factors of each clip's features: 0, or 1 / (1 - probability).

    Row b depends on seed, epoch and clips[b] alone. None where nothing is ever dropped.
    """
    if probability == 0:
        return None
    rows = [
        torch.rand(num_features, generator=_generator(seed, epoch, clip)) >= probability
        for clip in clips
    ]
    return torch.stack(rows).float() / (1 - probability)  # (B, C)


def _generator(seed: int, epoch: int, clip: int) -> torch.Generator:
    state = np.random.SeedSequence([seed, epoch, clip, DROPOUT_STREAM]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]))
