"""Where features speak for a class: Grad-CAM and Grad-CAM++, from features and their gradients.

Both take the features A of a place and the gradient of a class score S there, and give one map for
each step of time that the features have.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Float32
from torch import Tensor
from torch.nn import functional as F

SPACE_AND_TIME = (2, 3, 4)


def grad_cam_plus_plus(
    features: Float[Tensor, "B C T H W"], gradients: Float[Tensor, "B C T H W"]
) -> Float32[Tensor, "B T H W"]:
    """Grad-CAM++ (Chattopadhay et al., WACV 2018, section 3; arXiv 1710.11063).

    For a smooth function Y of the class score, with sums over all cells (t, i, j) of a clip:

        w_k = Σ α_k relu(∂Y/∂A_k),  map = relu(Σ_k w_k A_k)
        α_k = ∂²Y/∂A_k² / (2 ∂²Y/∂A_k² + Σ A_k ∂³Y/∂A_k³)

    With Y = exp(S) and no second derivative of S in one cell, as where only rectified, pooling and
    linear layers follow, all derivatives are exp(S) times powers of g = ∂S/∂A_k, and α needs the
    first alone (equation 19). Divided by g² it is α_k = 1 / (2 + g Σ A_k), and 0 where g is 0.

    The factor exp(S) in w is left out: it is one number for a clip, and would overflow. Where gates
    or a memory follow, S is not of that kind, and equation 19 is, as everywhere in use, taken for
    an approximation. Features are meant to be rectified: with negative ones the denominator can
    vanish, and α is 0 there.

    Differs from the authors' code, which divides each α_k by its sum over the cells; the paper
    does not. With a classifier of pooled features theirs is Grad-CAM's relu(w_k), while the
    paper's weighs a channel less the more it says already.

    features: A, as the network goes on with them.
    gradients: ∂S/∂A, of each clip's own score alone.
    """
    features, gradients = features.float(), gradients.float()
    denominator = 2 + gradients * features.sum(SPACE_AND_TIME, keepdim=True)  # (B, C, T, H, W)
    is_defined = (gradients != 0) & (denominator != 0)
    alphas = torch.where(is_defined, 1 / denominator.where(is_defined, torch.ones(())), 0)
    weights = (alphas * F.relu(gradients)).sum(SPACE_AND_TIME)  # (B, C)
    return _weighted(features, weights)


def grad_cam(
    features: Float[Tensor, "B C T H W"], gradients: Float[Tensor, "B C T H W"]
) -> Float32[Tensor, "B T H W"]:
    """Grad-CAM (Selvaraju et al., ICCV 2017, equations 1 and 2): every cell's α is 1 / cells."""
    return _weighted(features.float(), gradients.float().mean(SPACE_AND_TIME))


ClassMap = Callable[[Tensor, Tensor], Tensor]
"""Features and gradients to maps."""


def _weighted(
    features: Float32[Tensor, "B C T H W"], weights: Float32[Tensor, "B C"]
) -> Float32[Tensor, "B T H W"]:
    return F.relu(torch.einsum("bcthw,bc->bthw", features, weights))
