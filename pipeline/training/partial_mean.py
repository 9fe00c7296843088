"""What every term of a loss returns: one process's part of a mean."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class PartialMean:
    """A sum, and how many values went into it; or several such, whose means are added.

    Processes add up both before they divide, so that shares with different counts (of map cells
    with valid gaze, say) give the mean of the whole batch.
    """

    total: Float[Tensor, "*means"]
    count: Float[Tensor, "*means"]
