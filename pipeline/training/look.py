"""What a term of the loss is called with."""

from dataclasses import dataclass

from jaxtyping import Int64
from torch import Tensor

from pipeline.clips.batch import Batch
from pipeline.models.naming import Target
from pipeline.models.recognizer import Seen
from pipeline.models.sites import Compat
from pipeline.models.two_stream.two_stream import Network


@dataclass(frozen=True)
class Look:
    """What a network saw in a batch, and when.

    Args:
        model: the network.
        seen: what it made of the batch.
        batch: on the same device; of two streams, RGB's.
        compat: whose rules to follow.
        iteration: optimiser steps done before this one.
        total: optimiser steps of the phase.
        teacher: what the phase's teacher made of the batch; None in a phase without one.
        target: which class the network's classifier learns.
    """

    model: Network
    seen: Seen
    batch: Batch
    compat: Compat
    iteration: int
    total: int
    teacher: Seen | None
    target: Target = "action"

    @property
    def labels(self) -> Int64[Tensor, " B"]:
        """Class ids of the target; -1 for a clip that has none."""
        return labels_of(self.batch, self.target)


def labels_of(batch: Batch, target: Target) -> Int64[Tensor, " B"]:
    """Return the class ids of one kind; -1 for a clip that has none."""
    labels = {"action": batch.action, "verb": batch.verb, "noun": batch.noun}
    return labels[target]
