"""How long a phase is: its steps and epochs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Length:
    """How long a phase is.

    Args:
        iterations: optimiser steps.
        pieces_per_epoch: pieces of batches that an epoch has.
        accumulate: pieces in a step. An epoch may end within a step, and belongs to it then.
    """

    iterations: int
    pieces_per_epoch: int
    accumulate: int

    def epochs_done(self, iteration: int) -> int:
        """Return how many epochs have ended after some steps."""
        return iteration * self.accumulate // self.pieces_per_epoch

    def ends_epoch(self, iteration: int) -> bool:
        """Whether the last of some steps ended an epoch, or the phase."""
        ended = self.epochs_done(iteration) > self.epochs_done(iteration - 1)
        return ended or iteration == self.iterations

    def epochs_of(self, iteration: int) -> list[int]:
        """Return the epoch of each piece of the step that follows some steps."""
        first = iteration * self.accumulate
        return [piece // self.pieces_per_epoch for piece in range(first, first + self.accumulate)]
