"""LSTA's pooling operator, which picks one of several maps of where a category shows."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.initialise import Fill


class ActivationPooling(nn.Module):
    """The pooling ς with spatial mean and linear scores (LSTA, section 4.1, equations 11 to 13).

    Each frame goes to the category that scores highest on its mean feature; that category's row,
    applied to every cell, is the map. It is a class activation map whose classifier learns through
    the map: the choice is hard, so only the chosen row gets a gradient.

    The classifier that the rows come from (ImageNet's, or the verbs') has a bias, the paper's w_a
    has none. As in the authors' code the bias takes part in the choice and not in the map, so it
    cannot learn; it is a buffer, zero unless it is loaded.
    """

    def __init__(self, *, channels: int, num_categories: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(num_categories, channels))
        self.register_buffer("bias", torch.empty(num_categories))

    def start(self, fill: Fill) -> None:
        """Fill the rows as a new classifier's, and the bias by zeros."""
        fill(self.weight, self.weight.shape[1] ** -0.5)
        self.get_buffer("bias").zero_()

    def forward(self, x: Float[Tensor, "B K T H W"]) -> Float[Tensor, "B T H W"]:
        """Return the chosen categories' maps, frame by frame; in autocast in full precision."""
        with torch.autocast(x.device.type, enabled=False):
            x = x.to(self.weight.dtype)
            mean = x.mean(dim=(3, 4)).transpose(1, 2)  # (B, T, K)
            category = F.linear(mean, self.weight, self.get_buffer("bias")).argmax(dim=2)  # (B, T)
            return torch.einsum("btk,bkthw->bthw", self.weight[category], x)


def softmax_over_cells(scores: Float[Tensor, "B T H W"]) -> Float[Tensor, "B T H W"]:
    """Make every frame's map positive, with sum 1."""
    return scores.flatten(2).softmax(dim=2).view_as(scores)


def weigh_cells(
    x: Float[Tensor, "B C T H W"], weights: Float[Tensor, "B T H W"]
) -> Float[Tensor, "B C T H W"]:
    """Multiply all channels of a cell by its weight."""
    return x * weights.unsqueeze(1).to(x.dtype)
