"""What of a network learns: parameters by name, and batch norm's statistics."""

from collections.abc import Sequence
from itertools import islice
from typing import Literal

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from pipeline.training.matching import matching_names, refuse_idle

BatchNormMode = Literal["train", "frozen", "partial"]

BACKBONE = "backbone."
"""Beginning of the names of the layers that partial batch norm is about."""


def set_trainable(model: nn.Module, patterns: Sequence[str], batch_norm: BatchNormMode) -> None:
    """Let the parameters that match a pattern learn, and no other.

    With partial batch norm (Wang et al., ECCV 2016, section 3.2) the scales and shifts of the
    backbone's normalisation do not learn either, but for its first layer's.

    Raises:
        TrainingError: a pattern matches nothing.
    """
    found = {pattern: matching_names(model, pattern) for pattern in patterns}
    idle = [pattern for pattern, names in found.items() if not names]
    if idle or not patterns:
        refuse_idle("trainable", idle, model)
    learning = set[str]().union(*found.values())
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in learning)
    if batch_norm == "partial":
        _freeze_backbone_norms(model)


def _freeze_backbone_norms(model: nn.Module) -> None:
    norms = (
        module
        for name, module in model.named_modules()
        if isinstance(module, _BatchNorm) and name.startswith(BACKBONE)
    )
    for module in islice(norms, 1, None):
        module.requires_grad_(requires_grad=False)


def set_training_mode(model: nn.Module, batch_norm: BatchNormMode) -> None:
    """Put a network to training mode, and frozen batch norm to evaluation mode.

    Batch norm is frozen where the phase says so, and where its own weights do not learn: a frozen
    layer does not drift by its statistics.
    """
    model.train()
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            learns = any(parameter.requires_grad for parameter in module.parameters(recurse=False))
            module.train(batch_norm != "frozen" and learns)


def set_batch_norm_momentum(model: nn.Module, momentum: float) -> None:
    """Set the share of a new batch in every running statistic."""
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.momentum = momentum


def has_training_statistics(model: nn.Module) -> bool:
    """Return whether a network in training mode gathers any batch-norm statistics."""
    return any(module.training for module in model.modules() if isinstance(module, _BatchNorm))
