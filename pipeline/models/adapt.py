"""How a checkpoint's tensor is fitted to a network's shape, where its kind declares that it may."""

from collections.abc import Callable

import torch
from torch import Tensor

from pipeline.models.backbones.first_convolution import mean_first_convolution
from pipeline.models.backbones.inflation import inflate
from pipeline.models.key_map import AdaptationName, KeyMap

COLOURS = 3


def adapt(name: str, tensor: Tensor, shape: torch.Size, key_map: KeyMap) -> tuple[Tensor, str]:
    """Fit a tensor to `shape` as far as its kind allows, and say in words what was done.

    name: ours. What does not fit comes back as it was, for the caller to refuse.
    """
    words = []
    for beginning, adaptation in key_map.adapts:
        if tensor.shape != shape and name.startswith(beginning):
            fits, apply, description = ADAPTATIONS[adaptation]
            if fits(tensor, shape):
                tensor = apply(tensor, shape)
                words.append(description)
    return tensor, ", ".join(words)


def _has_colours(tensor: Tensor, shape: torch.Size) -> bool:
    return tensor.ndim >= 4 and tensor.shape[1] == COLOURS and shape[1] != COLOURS


def _is_flat_in_time(tensor: Tensor, shape: torch.Size) -> bool:
    return tensor.ndim == 4 and tensor.shape == (*shape[:2], *shape[3:])


def _has_one_cell(tensor: Tensor, shape: torch.Size) -> bool:
    return tensor.shape == (*shape, *(1 for _ in tensor.shape[len(shape) :]))


Fits = Callable[[Tensor, torch.Size], bool]
Apply = Callable[[Tensor, torch.Size], Tensor]

ADAPTATIONS: dict[AdaptationName, tuple[Fits, Apply, str]] = {
    "average_colours": (
        _has_colours,
        lambda tensor, shape: mean_first_convolution(tensor, shape[1]),
        "mean over the colours for every channel",
    ),
    "inflate": (
        _is_flat_in_time,
        lambda tensor, shape: inflate(tensor, shape[2]),
        "spread over time",
    ),
    "flatten": (
        _has_one_cell,
        lambda tensor, shape: tensor.reshape(shape),
        "1x1x1 convolution as a linear layer",
    ),
}
"""By name: whether it fits, what it does, and what it is called in reports."""
