"""Checkpoints: everything that a killed run needs to go on as if nothing had been.

All randomness is drawn by seed, epoch and clip, so no state of a random generator is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from pipeline.models.trained import Weights, save_tensors
from pipeline.training.curve import Row


@dataclass(frozen=True)
class Best:
    """The validated epoch with the highest accuracy so far, of equal ones the lowest loss."""

    epoch: int
    top1: float
    loss: float


@dataclass(frozen=True)
class Position:
    """How far a phase has come.

    Args:
        iteration: optimiser steps done.
        steps: loss and terms of each step of the epoch that is under way.
        rows: the learning curve of the epochs done.
        best: the best of them; None where none was validated.
    """

    iteration: int
    steps: list[list[float]]
    rows: list[Row]
    best: Best | None


def at_start() -> Position:
    """Return the position of a phase that has not begun."""
    return Position(iteration=0, steps=[], rows=[], best=None)


@dataclass(frozen=True)
class Checkpoint:
    """A position, and the network and optimiser there."""

    position: Position
    model: Weights
    optimizer: dict[str, object]


class Checkpoints:
    """The checkpoints of one phase: the last one, and the weights of the best epoch.

    Args:
        folder: outlives a kill.
        seconds: time after which another checkpoint is due, beside those at the ends of epochs.
        clock: the time in seconds.
        is_writer: whether this process writes; the others only read.
    """

    def __init__(
        self, folder: Path, *, seconds: float, clock: Callable[[], float], is_writer: bool
    ) -> None:
        self._last = folder / "last.pt"
        self._best = folder / "best.pt"
        self._seconds = seconds
        self._clock = clock
        self._is_writer = is_writer
        self._saved_at = clock()

    def is_due(self) -> bool:
        """Whether the last checkpoint is so old that the next should not wait for the epoch."""
        return self._is_writer and self._clock() - self._saved_at >= self._seconds

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace the last checkpoint."""
        position = checkpoint.position
        content = {
            "iteration": position.iteration,
            "steps": position.steps,
            "rows": position.rows,
            "best": vars(position.best) if position.best else None,
            "model": checkpoint.model,
            "optimizer": checkpoint.optimizer,
        }
        self._write(self._last, content)
        self._saved_at = self._clock()

    def load(self) -> Checkpoint | None:
        """Return the last checkpoint, if there is one."""
        if not self._last.is_file():
            return None
        content = torch.load(self._last, map_location="cpu", weights_only=True)
        best = Best(**content["best"]) if content["best"] else None
        position = Position(content["iteration"], content["steps"], content["rows"], best)
        return Checkpoint(position, content["model"], content["optimizer"])

    def save_best(self, model: Weights) -> None:
        """Replace the best weights."""
        self._write(self._best, model)

    def load_best(self) -> Weights:
        """Return the best weights."""
        weights: Weights = torch.load(self._best, map_location="cpu", weights_only=True)
        return weights

    def _write(self, path: Path, content: object) -> None:
        if self._is_writer:
            save_tensors(path, content)
