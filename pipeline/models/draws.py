"""The random numbers that a network asks for while it learns."""

from typing import Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor


@runtime_checkable
class Draws(Protocol):
    """Random numbers of a batch of clips, on its device.

    A clip's numbers depend on the run's seed, the epoch, the clip and the name alone: not on the
    process, the batch or the order in which they are asked for.
    """

    def keep(self, size: int) -> Float[Tensor, "B D"] | None:
        """Return a dropout mask: 0, or 1 / (1 - probability); None where nothing is dropped."""
        ...

    def uniform(self, name: str, shape: tuple[int, ...]) -> Float[Tensor, "B ..."]:
        """Return numbers in (0, 1), of `shape` for each clip."""
        ...
