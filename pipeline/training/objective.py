"""The loss: a weighted sum of named terms, each a mean over the batch of all processes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pipeline.clips.batch import Batch
from pipeline.models.params import Compat
from pipeline.models.recognizer import Seen
from pipeline.training.distributed import Group
from pipeline.training.params import TermConfig
from pipeline.training.partial_mean import PartialMean
from pipeline.training.terms import TERMS, Term


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
        configs: the terms and their weights.
        compat: whose rules they follow.
        group: the processes that share a batch.
    """

    def __init__(self, configs: Sequence[TermConfig], compat: Compat, group: Group) -> None:
        self.names = [config.name for config in configs]
        self._terms: Mapping[str, Term] = {name: TERMS[name] for name in self.names}
        self._weights = [config.weight for config in configs]
        self._compat = compat
        self._group = group

    def __call__(self, seen: Seen, batch: Batch) -> Judged:
        parts = [term(seen, batch, self._compat) for term in self._terms.values()]
        totals, counts = self._group.sum(_table(parts))  # (N,), (N,)
        counts = counts.clamp(min=1)
        loss = torch.zeros((), device=totals.device)
        for weight, part, count in zip(self._weights, parts, counts, strict=True):
            loss = loss + weight * part.total / count.float()
        means = totals / counts
        whole = means @ torch.tensor(self._weights, dtype=means.dtype, device=means.device)
        return Judged(loss * self._group.world, torch.cat([whole[None], means]))


def _table(parts: Sequence[PartialMean]) -> Float64[Tensor, "2 N"]:
    totals = torch.stack([part.total.detach() for part in parts])
    counts = torch.stack([part.count for part in parts])
    return torch.stack([totals, counts]).double()
