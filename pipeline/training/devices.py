"""Where a network is trained, and in which arithmetic."""

from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch

from pipeline.training.errors import TrainingError


def choose_device(name: str | None, local_rank: int) -> torch.device:
    """Return a process's device.

    Args:
        name: ``cpu``, ``cuda`` or ``cuda:1``; None takes CUDA where there is any.
        local_rank: the process's number on its machine: its GPU, where the name gives none.

    Raises:
        TrainingError: the device is not there.
    """
    num_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    device = torch.device(name or ("cuda" if num_gpus else "cpu"))
    if device.type != "cuda":
        return device
    index = local_rank if device.index is None else device.index
    if index >= num_gpus:
        raise TrainingError(
            f"asked for GPU {index}, found {num_gpus}; set FIXATE_DEVICE=cpu, or fewer processes "
            "by FIXATE_DEVICES"
        )
    return torch.device("cuda", index)


def arithmetic(
    precision: Literal["float32", "bfloat16"], device: torch.device
) -> AbstractContextManager[object]:
    """Return the context of a forward pass; a CPU always computes in float32."""
    if precision == "bfloat16" and device.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16)
    return nullcontext()
