"""The loss: a weighted sum of named terms, each a mean over the batch of all processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never, cast

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pipeline.training.distributed import Group
from pipeline.training.look import Look
from pipeline.training.partial_mean import PartialMean
from pipeline.training.term_params import TermConfig
from pipeline.training.terms import TERMS


@dataclass(frozen=True)
class Judged:
    """A batch's loss.

    Args:
        loss: to go backward from. Averaged over processes, as DDP does, its gradients are those of
            the whole batch's loss.
        values: the whole batch's loss, then its terms in their order, the same in every process.
    """

    loss: Float[Tensor, ""]
    values: Float64[Tensor, " N"]


class Objective:
    """Judges what a network saw.

    Args:
        configs: the terms with their weights.
        group: the processes that share a batch.
    """

    def __init__(self, configs: Sequence[TermConfig], group: Group) -> None:
        self.names = [config.name for config in configs]
        self._configs = configs
        self._group = group

    def __call__(self, look: Look) -> Judged:
        parts = [TERMS[config.name](look, cast("Never", config)) for config in self._configs]
        totals, counts = self._group.sum(_table(parts))  # (M,), (M,): a term may have several
        counts = counts.clamp(min=1)
        sizes = [part.total.numel() for part in parts]
        weights = [config.weight for config in self._configs]
        loss = torch.zeros((), device=totals.device)
        for weight, part, count in zip(weights, parts, counts.split(sizes), strict=True):
            loss = loss + (weight * part.total.reshape(-1) / count.float()).sum()
        means = torch.stack([mean.sum() for mean in (totals / counts).split(sizes)])  # (N,)
        whole = means @ torch.tensor(weights, dtype=means.dtype, device=means.device)
        return Judged(loss * self._group.world, torch.cat([whole[None], means]))


def _table(parts: Sequence[PartialMean]) -> Float64[Tensor, "2 M"]:
    totals = torch.cat([part.total.detach().reshape(-1) for part in parts])
    counts = torch.cat([part.count.reshape(-1) for part in parts])
    return torch.stack([totals, counts]).double()
