"""Optimisers by name, and groups of parameters that learn at rates of their own."""

from collections.abc import Callable
from typing import Never, cast

import torch
from torch import nn
from torch.nn import Parameter

from pipeline.training.matching import matching_names, refuse_idle
from pipeline.training.optimizer_params import (
    AdamConfig,
    AdamWConfig,
    OptimizerConfig,
    SgdConfig,
)

ParameterGroup = dict[str, object]
"""What torch calls a group: `params`, `lr` and `weight_decay`; ours has `lr_factor` too."""

Builder = Callable[[Never, list[ParameterGroup]], torch.optim.Optimizer]
"""Called with the section of its own name."""


def _sgd(config: SgdConfig, groups: list[ParameterGroup]) -> torch.optim.Optimizer:
    return torch.optim.SGD(groups, lr=config.lr, momentum=config.momentum, nesterov=config.nesterov)


def _adam(config: AdamConfig, groups: list[ParameterGroup]) -> torch.optim.Optimizer:
    return torch.optim.Adam(groups, lr=config.lr, betas=config.betas, eps=config.eps)


def _adamw(config: AdamWConfig, groups: list[ParameterGroup]) -> torch.optim.Optimizer:
    return torch.optim.AdamW(groups, lr=config.lr, betas=config.betas)


OPTIMIZERS: dict[str, Builder] = {"sgd": _sgd, "adam": _adam, "adamw": _adamw}


def build_optimizer(config: OptimizerConfig, model: nn.Module) -> torch.optim.Optimizer:
    """Return the optimiser of a network's parameters that learn.

    Raises:
        TrainingError: a group's pattern matches no parameter that learns.
    """
    return OPTIMIZERS[config.name](cast("Never", config), group_parameters(config, model))


def group_parameters(config: OptimizerConfig, model: nn.Module) -> list[ParameterGroup]:
    """Return the parameters that learn, in groups: the configured ones in turn, then the rest.

    Raises:
        TrainingError: a group's pattern matches no parameter that learns.
    """
    left = {name: value for name, value in model.named_parameters() if value.requires_grad}
    learning = frozenset(left)
    groups = []
    for group in config.groups:
        found = {pattern: learning & matching_names(model, pattern) for pattern in group.match}
        if idle := [pattern for pattern, names in found.items() if not names]:
            refuse_idle("optimizer.groups", idle, model)
        names = [name for name in left if any(name in matched for matched in found.values())]
        parameters = [left.pop(name) for name in names]
        groups.append(_group(config, parameters, group.lr_factor, group.weight_decay_factor))
    groups.append(_group(config, list(left.values()), 1.0, 1.0))
    return [group for group in groups if group["params"]]


def _group(
    config: OptimizerConfig,
    parameters: list[Parameter],
    lr_factor: float,
    weight_decay_factor: float,
) -> ParameterGroup:
    return {
        "params": parameters,
        "lr": config.lr * lr_factor,
        "weight_decay": config.weight_decay * weight_decay_factor,
        "lr_factor": lr_factor,
    }


def set_learning_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Set the learning rate of the next step; each group keeps its factor."""
    for group in optimizer.param_groups:
        group["lr"] = lr * group["lr_factor"]
