"""How well a network does on clips it does not learn from: in training, never on the test part."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from pipeline.clips.row import NO_CLASS
from pipeline.clips.two_stream import AnyBatch
from pipeline.models.two_stream.two_stream import Network
from pipeline.training.distributed import Group
from pipeline.training.look import labels_of
from pipeline.training.params import PhaseConfig
from pipeline.training.seeing import see


@dataclass(frozen=True)
class Validated:
    """Means over the validation clips of all processes that have a class of the phase's target.

    Args:
        loss: cross entropy.
        top1: share of the clips whose class comes first.
    """

    loss: float
    top1: float


@torch.no_grad()
def validate(
    model: Network, batches: Iterable[AnyBatch], config: PhaseConfig, group: Group
) -> Validated:
    """Look at this process's share of the clips, and return the means of all shares.

    A clip's logits are the mean of its windows'. The network is left in evaluation mode.

    Args:
        model: on the group's device.
        batches: all windows of some clips; the clips of different processes differ.
        config: says what the classifier names, and in which arithmetic.
        group: the processes that share the clips.
    """
    model.eval()
    logits: dict[int, list[Tensor]] = {}
    labels: dict[int, int] = {}
    for batch in batches:
        seen = see(
            model,
            batch.to(group.device),
            None,
            normalisations=model.normalisations,
            precision=config.precision,
        )
        for clip, label, row in zip(
            batch.labelled.clip.tolist(),
            labels_of(batch.labelled, config.target).tolist(),
            seen.logits.double().cpu(),
            strict=True,
        ):
            if label != NO_CLASS:
                logits.setdefault(clip, []).append(row)
                labels[clip] = label
    sums = torch.zeros(3, dtype=torch.float64)
    for clip, rows in logits.items():
        sums += _judge(torch.stack(rows).mean(dim=0), labels[clip])
    loss, num_right, num_clips = group.sum(sums.to(group.device)).tolist()
    return Validated(loss=loss / num_clips, top1=num_right / num_clips)


def _judge(logits: Float[Tensor, " K"], label: int) -> Float[Tensor, " 3"]:
    """Loss of one clip, whether it is right, and 1."""
    loss = F.cross_entropy(logits, torch.tensor(label))
    is_right = logits.argmax() == label
    return torch.stack([loss, is_right.double(), torch.ones_like(loss)])
