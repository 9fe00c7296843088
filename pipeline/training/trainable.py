"""What of a network learns: parameters by name, and batch norm's statistics."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from pipeline.training.errors import TrainingError


def set_trainable(model: nn.Module, patterns: Sequence[str]) -> None:
    """Let the parameters that match a pattern learn, and no other.

    Raises:
        TrainingError: a pattern matches nothing.
    """
    names = [name for name, _ in model.named_parameters()]
    idle = [pattern for pattern in patterns if not any(matches(name, [pattern]) for name in names)]
    if idle or not patterns:
        blocks = sorted({".".join(name.split(".")[:2]) for name in names})
        raise TrainingError(
            f"trainable: {idle or 'an empty list'} matches no parameter; the network has "
            f"{', '.join(blocks)} (… .weight, .bias)"
        )
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(matches(name, patterns))


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Return whether a name matches one of some patterns, in which `*` stands for anything."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def set_training_mode(model: nn.Module, batch_norm: Literal["train", "frozen"]) -> None:
    """Put a network to training mode, and frozen batch norm to evaluation mode.

    Batch norm is frozen where the phase says so, and where its own weights do not learn: a frozen
    layer does not drift by its statistics.
    """
    model.train()
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            learns = any(parameter.requires_grad for parameter in module.parameters(recurse=False))
            module.train(batch_norm == "train" and learns)


def set_batch_norm_momentum(model: nn.Module, momentum: float) -> None:
    """Set the share of a new batch in every running statistic."""
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.momentum = momentum


def has_training_statistics(model: nn.Module) -> bool:
    """Return whether a network in training mode gathers any batch-norm statistics."""
    return any(module.training for module in model.modules() if isinstance(module, _BatchNorm))
