"""The classification term of every method."""

import torch
from torch.nn import functional as F

from pipeline.clips.batch import Batch
from pipeline.models.params import Compat
from pipeline.models.recognizer import Seen
from pipeline.training.partial_mean import PartialMean


def cross_entropy(seen: Seen, batch: Batch, compat: Compat) -> PartialMean:  # noqa: ARG001
    """Negative log-likelihood of the action's class, over clips."""
    total = F.cross_entropy(seen.logits.float(), batch.action, reduction="sum")
    return PartialMean(total, torch.tensor(float(len(batch)), device=total.device))
