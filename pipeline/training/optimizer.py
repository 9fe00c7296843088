"""Optimisers by name."""

from collections.abc import Callable, Iterable
from typing import cast

import torch
from torch.nn import Parameter

from pipeline.training.optimizer_params import AdamWConfig, OptimizerConfig, SgdConfig

Builder = Callable[[OptimizerConfig, list[Parameter]], torch.optim.Optimizer]


def _sgd(config: OptimizerConfig, parameters: list[Parameter]) -> torch.optim.Optimizer:
    config = cast("SgdConfig", config)
    return torch.optim.SGD(
        parameters,
        lr=config.lr,
        momentum=config.momentum,
        weight_decay=config.weight_decay,
        nesterov=config.nesterov,
    )


def _adamw(config: OptimizerConfig, parameters: list[Parameter]) -> torch.optim.Optimizer:
    config = cast("AdamWConfig", config)
    return torch.optim.AdamW(
        parameters, lr=config.lr, betas=config.betas, weight_decay=config.weight_decay
    )


OPTIMIZERS: dict[str, Builder] = {"sgd": _sgd, "adamw": _adamw}


def build_optimizer(
    config: OptimizerConfig, parameters: Iterable[Parameter]
) -> torch.optim.Optimizer:
    """Return the optimiser of the parameters that learn."""
    learning = [parameter for parameter in parameters if parameter.requires_grad]
    return OPTIMIZERS[config.name](config, learning)


def set_learning_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Set the learning rate of the next step."""
    for group in optimizer.param_groups:
        group["lr"] = lr
