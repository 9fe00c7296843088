"""The method's three discrete derivatives."""

import torch
from jaxtyping import Float32
from torch import Tensor


def central_gradient(image: Float32[Tensor, "*B H W"]) -> Float32[Tensor, "*B 2 H W"]:
    """Return half the difference of both neighbours, in x and in y; the border is repeated."""
    return torch.stack([_central(image, -1), _central(image, -2)], -3)


def forward_gradient(image: Float32[Tensor, "*B H W"]) -> Float32[Tensor, "*B 2 H W"]:
    """Return the difference to the next pixel in x and in y; 0 in the last column and row."""
    return torch.stack([_forward(image, -1), _forward(image, -2)], -3)


def divergence(field: Float32[Tensor, "*B 2 H W"]) -> Float32[Tensor, "*B H W"]:
    """Return the sum of the differences to the pixel before, which is 0 outside of the image.

    The negative adjoint of ``forward_gradient`` on fields that end in 0, as a dual field does.
    """
    return _backward(field[..., 0, :, :], -1) + _backward(field[..., 1, :, :], -2)


def _central(image: Tensor, axis: int) -> Tensor:
    first, last = image.narrow(axis, 0, 1), image.narrow(axis, -1, 1)
    before = torch.cat([first, image.narrow(axis, 0, image.shape[axis] - 1)], axis)
    after = torch.cat([image.narrow(axis, 1, image.shape[axis] - 1), last], axis)
    return 0.5 * (after - before)


def _forward(image: Tensor, axis: int) -> Tensor:
    return torch.diff(image, dim=axis, append=image.narrow(axis, -1, 1))


def _backward(image: Tensor, axis: int) -> Tensor:
    return torch.diff(image, dim=axis, prepend=torch.zeros_like(image.narrow(axis, 0, 1)))
