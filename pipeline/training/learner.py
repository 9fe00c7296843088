"""One optimiser step over one batch, in one process or a share of it in each of several."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import cast

import torch
from jaxtyping import Float64
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from pipeline.clips.batch import Batch
from pipeline.clips.normalise import normalise
from pipeline.models.recognizer import Recognizer, Seen
from pipeline.training.checkpoint import Checkpoint, Position, Weights
from pipeline.training.devices import arithmetic
from pipeline.training.distributed import Group, parallelise
from pipeline.training.dropout import dropout_mask
from pipeline.training.objective import Objective
from pipeline.training.optimizer import build_optimizer, set_learning_rate
from pipeline.training.params import PhaseConfig
from pipeline.training.trainable import (
    set_batch_norm_momentum,
    set_trainable,
    set_training_mode,
)


class Learner:
    """A network and its optimiser.

    Args:
        model: with its initial weights; it is moved to the group's device.
        config: the phase.
        objective: judges what the network saw.
        dropout: probability of dropping a pooled feature.
        seed: of the run.
        group: this process among those that share every batch.
    """

    def __init__(
        self,
        model: Recognizer,
        config: PhaseConfig,
        objective: Objective,
        *,
        dropout: float,
        seed: int,
        group: Group,
    ) -> None:
        self.objective = objective
        self.config = config
        self._dropout = dropout
        self._seed = seed
        self._group = group
        model = model.to(group.device)
        set_trainable(model, config.trainable)
        set_training_mode(model, config.batch_norm)
        if config.batch_norm_momentum is not None:
            set_batch_norm_momentum(model, config.batch_norm_momentum)
        self._num_features = model.num_features
        self._parallel = parallelise(model, group)
        self._optimizer = build_optimizer(config.optimizer, model.parameters())

    @property
    def model(self) -> Recognizer:
        """The network itself, without the wrapper that joins processes."""
        inner = self._parallel
        return cast(
            "Recognizer", inner.module if isinstance(inner, DistributedDataParallel) else inner
        )

    def step(
        self, pieces: Sequence[Batch], epochs: Sequence[int], lr: float
    ) -> Float64[Tensor, " N"]:
        """Learn from one batch; returns the whole batch's loss, then its terms.

        Args:
            pieces: this process's share of the batch, cut as `accumulate` says.
            epochs: the epoch of each piece.
            lr: the learning rate.
        """
        set_training_mode(self.model, self.config.batch_norm)
        set_learning_rate(self._optimizer, lr)
        self._optimizer.zero_grad(set_to_none=True)
        values = []
        for number, (piece, epoch) in enumerate(zip(pieces, epochs, strict=True), start=1):
            with self._synchronised(is_last=number == len(pieces)):
                judged = self.objective(self._see(piece, epoch), piece)
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

    def _see(self, batch: Batch, epoch: int) -> Seen:
        keep = dropout_mask(
            self._dropout,
            self._num_features,
            seed=self._seed,
            epoch=epoch,
            clips=batch.clip.tolist(),
        )
        on_device = None if keep is None else keep.to(batch.video.device)
        with arithmetic(self.config.precision, batch.video.device):
            seen: Seen = self._parallel(normalise(batch.video), keep=on_device)
        return seen

    def _synchronised(self, *, is_last: bool) -> AbstractContextManager[object]:
        """Gradients travel between processes once a batch, with its last piece."""
        if is_last or not isinstance(self._parallel, DistributedDataParallel):
            return nullcontext()
        return self._parallel.no_sync()
