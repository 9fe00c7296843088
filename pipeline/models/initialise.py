"""Start values of a network that is not loaded from a checkpoint."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from pipeline.models.errors import ModelError

Fill = Callable[[Tensor, float], None]
"""Called with a parameter or buffer of the network and a standard deviation: draws normal values in
place, from the tensor's own stream of random numbers. A deviation of 0 gives zeros."""

WEIGHTED = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)


@runtime_checkable
class HasStart(Protocol):
    """A module with start values other than the usual."""

    def start(self, fill: Fill) -> None:
        """Set them in place; the usual ones are there already, and those of all modules within."""
        ...


@torch.no_grad()
def initialise(model: nn.Module, seed: int) -> None:
    """Fill every parameter and buffer of `model` in place.

    A tensor's values depend on the seed, its name and its shape alone, so that two networks start
    equal wherever they have the same layers, with or without attention.

    Convolutions without bias feed batch norm and ReLU: normal, variance 2 / fan-in (He et al., ICCV
    2015). Those with bias, and linear layers: normal, variance 1 / fan-in, bias zero. Batch norm:
    weight 1, bias 0, running mean 0, running variance 1. A module that `HasStart` says otherwise.

    Raises:
        ModelError: a layer with parameters is of a kind that has no rule here.
    """
    tensors = (*model.named_parameters(), *model.named_buffers())
    names = {id(tensor): name for name, tensor in tensors}

    def fill(tensor: Tensor, deviation: float) -> None:
        tensor.normal_(0, 1, generator=_generator(seed, names[id(tensor)])).mul_(deviation)

    modules = list(model.named_modules())
    for name, module in modules:
        _fill_as_usual(name, module, fill)
    for _name, module in reversed(modules):  # those within come before those around them
        if isinstance(module, HasStart):
            module.start(fill)


def _fill_as_usual(name: str, module: nn.Module, fill: Fill) -> None:
    if isinstance(module, _BatchNorm):
        module.reset_parameters()
    elif isinstance(module, WEIGHTED):
        is_rectified = module.bias is None and not isinstance(module, nn.Linear)
        gain = 2.0 if is_rectified else 1.0
        fill(module.weight, (gain / module.weight[0].numel()) ** 0.5)
        if module.bias is not None:
            module.bias.zero_()
    elif any(True for _ in module.parameters(recurse=False)) and not isinstance(module, HasStart):
        raise ModelError(
            f"{name}: found a {type(module).__name__}, expected a convolution, linear layer or "
            "batch norm; give it a method `start` (pipeline/models/initialise.py)"
        )


def _generator(seed: int, name: str) -> torch.Generator:
    """A stream of random numbers of the tensor's own."""
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "little"))
