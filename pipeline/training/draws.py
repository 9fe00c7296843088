"""Random numbers drawn by clip, so that they are the same in any process and after any restart."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.clips.draws import Purpose, make_generator
from pipeline.models.draws import Draws

STEPS = 2**24
"""Numbers in (0, 1) are multiples of 1 / STEPS: float32 holds them all, and neither 0 nor 1."""


class ClipDraws(Draws):
    """The numbers of one batch; row b depends on seed, epoch, clips[b] and the name alone.

    Args:
        probability: of dropping a feature.
        seed: of the run.
        epoch: from 0.
        clips: indices in the clip store, in the batch's order.
        device: where the numbers are wanted.
    """

    def __init__(
        self,
        probability: float,
        *,
        seed: int,
        epoch: int,
        clips: Sequence[int],
        device: torch.device,
    ) -> None:
        self._probability = probability
        self._seed = seed
        self._epoch = epoch
        self._clips = clips
        self._device = device

    def keep(self, size: int) -> Float[Tensor, "B D"] | None:
        """Return the factors of each clip's features: 0, or 1 / (1 - probability)."""
        if self._probability == 0:
            return None
        numbers = [generator.random(size) for generator in self._generators(Purpose.DROPOUT)]
        kept = torch.from_numpy(np.stack(numbers) >= self._probability).to(self._device)  # (B, D)
        return kept.float() / (1 - self._probability)

    def uniform(self, name: str, shape: tuple[int, ...]) -> Float[Tensor, "B ..."]:
        """Return numbers in (0, 1); equal names give equal numbers."""
        generators = self._generators(Purpose.ATTENTION, crc32(name.encode()))
        steps = [generator.integers(1, STEPS, shape, np.int32) for generator in generators]
        return torch.from_numpy(np.stack(steps)).to(self._device).float() / STEPS

    def _generators(self, purpose: Purpose, *address: int) -> list[np.random.Generator]:
        return [
            make_generator(purpose, self._seed, self._epoch, clip, *address) for clip in self._clips
        ]
