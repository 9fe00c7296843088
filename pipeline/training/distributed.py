"""The processes that train together, of which there may be one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from jaxtyping import Num
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from pipeline.training.devices import choose_device
from pipeline.training.errors import TrainingError
from pipeline.training.launch import Launch
from pipeline.training.trainable import has_training_statistics

TIMEOUT = timedelta(hours=12)
"""How long a process waits for the first, which may itself wait for a run that trains the same
phase. A process that ends does not cost this time: torchrun ends the others."""


@dataclass(frozen=True)
class Group:
    """This process among those that share every batch.

    Args:
        rank: its number; 0 writes and tracks.
        world: how many there are.
        device: where it computes.
    """

    rank: int
    world: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def sum(self, values: Num[Tensor, "..."]) -> Num[Tensor, "..."]:
        """Return the sum over processes, the same in each."""
        if self.world > 1:
            dist.all_reduce(values)
        return values

    def broadcast(self, text: str) -> str:
        """Return the first process's text."""
        if self.world == 1:
            return text
        texts = [text]
        dist.broadcast_object_list(texts, src=0, device=self.device)
        return texts[0]


@contextmanager
def open_group(launch: Launch, device: str | None) -> Iterator[Group]:
    """Join the processes that were started together.

    Args:
        launch: which of them this is.
        device: as `choose_device` takes it.
    """
    group = Group(launch.rank, launch.world, choose_device(device, launch.local_rank))
    if group.world == 1:
        yield group
        return
    if group.device.type == "cuda":
        torch.cuda.set_device(group.device)
    backend = "nccl" if group.device.type == "cuda" else "gloo"
    dist.init_process_group(backend, rank=group.rank, world_size=group.world, timeout=TIMEOUT)
    yield group
    dist.destroy_process_group()  # not after an error: the others may never come


def parallelise(model: nn.Module, group: Group) -> nn.Module:
    """Return a network whose gradients are averaged over the group; it is already in training mode.

    Raises:
        TrainingError: batch norm would gather statistics on CPUs, which torch cannot join.
    """
    if group.world == 1:
        return model
    if group.device.type == "cuda":
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
        return DistributedDataParallel(model, device_ids=[group.device.index])
    if has_training_statistics(model):
        raise TrainingError(
            f"found batch_norm: train with {group.world} processes on CPUs; torch joins batch-norm "
            "statistics on GPUs only: set batch_norm: frozen in the recipe's phase, or train in "
            "one process (FIXATE_DEVICES=1)"
        )
    return DistributedDataParallel(model)
