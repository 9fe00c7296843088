"""Which parameters of a network a pattern of a recipe means."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import NoReturn

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from pipeline.training.errors import TrainingError

NORMS = (_BatchNorm, nn.LayerNorm, nn.GroupNorm)


def matching_names(model: nn.Module, pattern: str) -> set[str]:
    """Return the names of the parameters that a pattern means.

    pattern: a name in which `*` stands for anything, or a key of `KINDS`.
    """
    if pattern in KINDS:
        return KINDS[pattern](model)
    return {name for name, _ in model.named_parameters() if fnmatchcase(name, pattern)}


def refuse_idle(key: str, patterns: Sequence[str], model: nn.Module) -> NoReturn:
    """Raise an error that names a recipe's key and the patterns that mean nothing there.

    Raises:
        TrainingError: always.
    """
    names = [name for name, _ in model.named_parameters()]
    blocks = sorted({".".join(name.split(".")[:2]) for name in names})
    raise TrainingError(
        f"{key}: {patterns or 'an empty list'} matches no parameter; the network has "
        f"{', '.join(blocks)} (… .weight, .bias); {' and '.join(KINDS)} stand for kinds of them"
    )


def _biases(model: nn.Module) -> set[str]:
    return {name for name, _ in model.named_parameters() if name.split(".")[-1] == "bias"}


def _norms(model: nn.Module) -> set[str]:
    return {
        f"{place}.{name}"
        for place, module in model.named_modules()
        if isinstance(module, NORMS)
        for name, _ in module.named_parameters(recurse=False)
    }


KINDS: dict[str, Callable[[nn.Module], set[str]]] = {"@bias": _biases, "@norm": _norms}
"""`@bias`: every bias, also of normalisation. `@norm`: what normalisation layers learn."""
