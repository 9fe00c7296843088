"""The classification term of every method."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import functional as F

from pipeline.clips.row import NO_CLASS
from pipeline.training.look import Look
from pipeline.training.partial_mean import PartialMean
from pipeline.training.term_params import CrossEntropyTerm


def cross_entropy(look: Look, config: CrossEntropyTerm) -> PartialMean:  # noqa: ARG001
    """Negative log-likelihood of the target's class, over the clips that have one."""
    return classify(look.seen.logits, look.labels)


def classify(logits: Float[Tensor, "B K"], labels: Int64[Tensor, " B"]) -> PartialMean:
    """Negative log-likelihood of labels, over the clips that have one."""
    total = F.cross_entropy(logits.float(), labels, ignore_index=NO_CLASS, reduction="sum")
    return PartialMean(total, (labels != NO_CLASS).sum().to(torch.float32))
