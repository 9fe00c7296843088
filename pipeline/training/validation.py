"""How well a network does on clips it does not learn from: in training, never on the test part."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from pipeline.clips.batch import Batch
from pipeline.clips.normalise import normalise
from pipeline.models.recognizer import Recognizer
from pipeline.training.devices import arithmetic
from pipeline.training.distributed import Group
from pipeline.training.params import PhaseConfig


@dataclass(frozen=True)
class Validated:
    """Means over the validation clips of all processes.

    Args:
        loss: cross entropy.
        top1: share of the clips whose action comes first.
    """

    loss: float
    top1: float


@torch.no_grad()
def validate(
    model: Recognizer, batches: Iterable[Batch], config: PhaseConfig, group: Group
) -> Validated:
    """Look at this process's share of the clips, and return the means of all shares.

    A clip's logits are the mean of its windows'. The network is left in evaluation mode.

    Args:
        model: on the group's device.
        batches: all windows of some clips; the clips of different processes differ.
        config: says in which arithmetic.
        group: the processes that share the clips.
    """
    model.eval()
    logits: dict[int, list[Tensor]] = {}
    actions: dict[int, int] = {}
    for batch in batches:
        with arithmetic(config.precision, group.device):
            seen = model(normalise(batch.video.to(group.device, non_blocking=True)))
        for clip, action, row in zip(
            batch.clip.tolist(), batch.action.tolist(), seen.logits.double().cpu(), strict=True
        ):
            logits.setdefault(clip, []).append(row)
            actions[clip] = action
    sums = torch.zeros(3, dtype=torch.float64)
    for clip, rows in logits.items():
        sums += _judge(torch.stack(rows).mean(dim=0), actions[clip])
    loss, num_right, num_clips = group.sum(sums.to(group.device)).tolist()
    return Validated(loss=loss / num_clips, top1=num_right / num_clips)


def _judge(logits: Float[Tensor, " K"], action: int) -> Float[Tensor, " 3"]:
    """Loss of one clip, whether it is right, and 1."""
    loss = F.cross_entropy(logits, torch.tensor(action))
    is_right = logits.argmax() == action
    return torch.stack([loss, is_right.double(), torch.ones_like(loss)])
