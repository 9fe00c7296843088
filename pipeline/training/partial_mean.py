"""What every term of a loss returns: one process's part of a mean."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class PartialMean:
    """A sum, and how many values went into it.

    Processes add up both before they divide, so that shares with different counts (of map cells
    with valid gaze, say) give the mean of the whole batch.
    """

    total: Float[Tensor, ""]
    count: Float[Tensor, ""]
