"""The training loop: steps, epochs, validation and checkpoints, from any position on."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pipeline.clips.two_stream import AnyBatch
from pipeline.training.checkpoint import Best, Checkpoints, Position
from pipeline.training.curve import Row
from pipeline.training.errors import TrainingError
from pipeline.training.learner import Learner, Moment
from pipeline.training.length import Length
from pipeline.training.schedule import learning_rate
from pipeline.training.validation import Validated

LOOK_EVERY = 20
"""Steps between two looks at the losses: each look waits for the device."""

Log = Callable[[Mapping[str, float], int], None]


@dataclass(frozen=True)
class Loop:
    """What a phase is trained with.

    Args:
        learner: the network and its optimiser.
        length: of the phase.
        validate: looks at the validation clips; None where there are none.
        checkpoints: where positions are kept.
        log: is given every row of the curve, and its iteration.
        advance: is told of steps done, with a note.
    """

    learner: Learner
    length: Length
    validate: Callable[[], Validated] | None
    checkpoints: Checkpoints
    log: Log
    advance: Callable[[int, str], None]

    def run(self, position: Position, pieces: Iterator[AnyBatch]) -> Position:
        """Train from a position to the end; `pieces` begins with that position's.

        Raises:
            TrainingError: a loss is not finite.
        """
        values: list[Tensor] = []
        for iteration in range(position.iteration, self.length.iterations):
            step = [next(pieces) for _ in range(self.length.accumulate)]
            values.append(self.learner.step(step, self._moment(iteration)))
            ends_epoch = self.length.ends_epoch(iteration + 1)
            is_due = self.checkpoints.is_due()
            if ends_epoch or is_due or len(values) == LOOK_EVERY:
                position = look_at(position, values)
                self.advance(len(values), f"loss {position.steps[-1][0]:.3f}")
                values = []
            if ends_epoch:
                position = self._close_epoch(position)
            if ends_epoch or is_due:
                self.checkpoints.save(self.learner.checkpoint(position))
        return position

    def _moment(self, iteration: int) -> Moment:
        return Moment(
            iteration=iteration,
            total=self.length.iterations,
            epochs=self.length.epochs_of(iteration),
            lr=self._learning_rate(iteration),
        )

    def _learning_rate(self, iteration: int) -> float:
        config = self.learner.config
        return learning_rate(config.schedule, config.optimizer.lr, iteration, self.length)

    def _close_epoch(self, position: Position) -> Position:
        """Write the epoch's row, with a validation where one is due."""
        row = self._row(position)
        best = position.best
        if self.validate is not None and self._is_validated(position.iteration):
            validated = self.validate()
            row |= {"val/loss": validated.loss, "val/top1": validated.top1}
            candidate = Best(int(row["epoch"]), validated.top1, validated.loss)
            if is_better(candidate, best):
                best = candidate
                self.checkpoints.save_best(self.learner.weights())
        self.log(row, position.iteration)
        return replace(position, steps=[], rows=[*position.rows, row], best=best)

    def _row(self, position: Position) -> Row:
        names = ["loss", *self.learner.objective.names]
        means = [math.fsum(column) / len(column) for column in zip(*position.steps, strict=True)]
        return {
            "epoch": math.ceil(
                position.iteration * self.length.accumulate / self.length.pieces_per_epoch
            ),
            "iteration": position.iteration,
            "lr": self._learning_rate(position.iteration - 1),
            **{f"train/{name}": mean for name, mean in zip(names, means, strict=True)},
        }

    def _is_validated(self, iteration: int) -> bool:
        every = self.learner.config.validation.every_epochs
        return (
            iteration == self.length.iterations or self.length.epochs_done(iteration) % every == 0
        )


def look_at(position: Position, values: Sequence[Tensor]) -> Position:
    """Move a position past some steps whose losses are finite.

    Raises:
        TrainingError: one is not, with the steps in question.
    """
    steps: list[list[float]] = torch.stack(list(values)).tolist()
    first, last = position.iteration + 1, position.iteration + len(steps)
    for iteration, step in enumerate(steps, start=first):
        if not all(math.isfinite(value) for value in step):
            raise TrainingError(
                f"the loss is {step[0]} at iteration {iteration} (looked at {first} to {last}); "
                "lower the recipe's optimizer.lr, or give clip_gradient_norm"
            )
    return replace(position, iteration=last, steps=[*position.steps, *steps])


def is_better(candidate: Best, best: Best | None) -> bool:
    """Whether an epoch has more right than the best so far, or as many at a lower loss."""
    return best is None or (candidate.top1, -candidate.loss) > (best.top1, -best.loss)
