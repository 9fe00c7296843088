"""One optimiser step over one batch, in one process or a share of it in each of several."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float64
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from pipeline.clips.two_stream import AnyBatch
from pipeline.models.sites import Compat
from pipeline.models.two_stream.two_stream import Network
from pipeline.training.checkpoint import Checkpoint, Position, Weights
from pipeline.training.distributed import Group, parallelise
from pipeline.training.draws import ClipDraws
from pipeline.training.look import Look
from pipeline.training.objective import Objective
from pipeline.training.optimizer import build_optimizer, set_learning_rate
from pipeline.training.params import PhaseConfig
from pipeline.training.seeing import see
from pipeline.training.teacher import Teacher
from pipeline.training.trainable import (
    set_batch_norm_momentum,
    set_trainable,
    set_training_mode,
)


@dataclass(frozen=True)
class Moment:
    """When in a phase a step is.

    Args:
        iteration: steps done before it.
        total: steps of the phase.
        epochs: of each piece of its batch.
        lr: its learning rate.
    """

    iteration: int
    total: int
    epochs: Sequence[int]
    lr: float


@dataclass(frozen=True)
class Rules:
    """What of a run a step needs beside the phase.

    Args:
        compat: whom the terms follow.
        dropout: probability of dropping a pooled feature.
        seed: of dropout and of sampled attention.
    """

    compat: Compat
    dropout: float
    seed: int


class Learner:
    """A network and its optimiser.

    Args:
        model: with its initial weights; it is moved to the group's device.
        config: the phase.
        objective: judges what the network saw.
        teacher: what the network is compared with; None in a phase without one.
        rules: the run's.
        group: this process among those that share every batch.
    """

    def __init__(
        self,
        model: Network,
        config: PhaseConfig,
        objective: Objective,
        *,
        teacher: Teacher | None,
        rules: Rules,
        group: Group,
    ) -> None:
        self.objective = objective
        self.config = config
        self._teacher = teacher
        self._rules = rules
        model = model.to(group.device)
        set_trainable(model, config.trainable, config.batch_norm)
        set_training_mode(model, config.batch_norm)
        if config.batch_norm_momentum is not None:
            set_batch_norm_momentum(model, config.batch_norm_momentum)
        self._parallel = parallelise(model, group)
        self._optimizer = build_optimizer(config.optimizer, self.model)

    @property
    def model(self) -> Network:
        """The network itself, without the wrapper that joins processes."""
        inner = self._parallel
        return cast(
            "Network", inner.module if isinstance(inner, DistributedDataParallel) else inner
        )

    def step(self, pieces: Sequence[AnyBatch], moment: Moment) -> Float64[Tensor, " N"]:
        """Learn from one batch; returns the whole batch's loss, then its terms.

        Args:
            pieces: this process's share of the batch, cut as `accumulate` says.
            moment: when.
        """
        set_training_mode(self.model, self.config.batch_norm)
        set_learning_rate(self._optimizer, moment.lr)
        self._optimizer.zero_grad(set_to_none=True)
        values = []
        for number, (piece, epoch) in enumerate(zip(pieces, moment.epochs, strict=True), start=1):
            with self._synchronised(is_last=number == len(pieces)):
                judged = self.objective(self._look(piece, epoch, moment))
                (judged.loss / len(pieces)).backward()
            values.append(judged.values)
        if self.config.clip_gradient_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_gradient_norm)
        self._optimizer.step()
        return torch.stack(values).mean(dim=0)

    def checkpoint(self, position: Position) -> Checkpoint:
        """Return all that is needed to go on from here."""
        return Checkpoint(position, self.weights(), self._optimizer.state_dict())

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a checkpoint."""
        self.model.load_state_dict(checkpoint.model)
        self._optimizer.load_state_dict(checkpoint.optimizer)

    def weights(self) -> Weights:
        """Return the network's tensors, on the CPU."""
        return {name: value.cpu() for name, value in self.model.state_dict().items()}

    def _look(self, batch: AnyBatch, epoch: int, moment: Moment) -> Look:
        draws = ClipDraws(
            self._rules.dropout,
            seed=self._rules.seed,
            epoch=epoch,
            clips=batch.labelled.clip.tolist(),
            device=batch.labelled.clip.device,
        )
        seen = see(
            self._parallel,
            batch,
            draws,
            normalisations=self.model.normalisations,
            precision=self.config.precision,
        )
        return Look(
            model=self.model,
            seen=seen,
            batch=batch.labelled,
            compat=self._rules.compat,
            iteration=moment.iteration,
            total=moment.total,
            teacher=None if self._teacher is None else self._teacher.see(batch),
            target=self.config.target,
        )

    def _synchronised(self, *, is_last: bool) -> AbstractContextManager[object]:
        """Gradients travel between processes once a batch, with its last piece."""
        if is_last or not isinstance(self._parallel, DistributedDataParallel):
            return nullcontext()
        return self._parallel.no_sync()
