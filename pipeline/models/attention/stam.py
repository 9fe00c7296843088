"""STAM: one inception block predicts a map over space and time, which gates the features."""

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.attended import Attended, Attention
from pipeline.models.backbones.place import Place
from pipeline.models.inception import InceptionBlock, Unit3d
from pipeline.models.params import Compat


class Stam(Attention):
    """Spatiotemporal attention (Lu, Liao and Li, ICCVW 2019, section 3.1, equations 1 and 4).

    The inception block has the widths of the place's own block, so after `Mixed_5c` the published
    ones. `conv1_a` of equation 1 keeps its batch norm and ReLU, as the published code has them.

    Differs from the authors' code: f scales to [0, 1] as the paper says. Theirs takes the minimum
    where the maximum is meant, and so only subtracts the minimum; `compat: released` does that.
    """

    def __init__(self, place: Place, compat: Compat) -> None:
        super().__init__()
        self.attention_inc = InceptionBlock(place.channels, place.branches)
        self.attention_pred = Unit3d(place.branches.channels, 1, (1, 1, 1), (1, 1, 1))
        self.scale = SCALES[compat]

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        earlier: Mapping[str, Attended],  # noqa: ARG002 - of the contract
    ) -> Attended:
        """The features times the map, which has their own T, H and W."""
        response = self.attention_pred(self.attention_inc(x)).squeeze(1)  # (B, T, H, W)
        gate = self.scale(response.float())
        return Attended(features=x * gate.unsqueeze(1).to(x.dtype), map=gate)


def scale_to_unit(response: Float[Tensor, "B T H W"]) -> Float[Tensor, "B T H W"]:
    """Scale a clip's smallest value to 0 and largest to 1 (equation 1's f); constant to ones."""
    low = response.amin(dim=(1, 2, 3), keepdim=True)  # (B, 1, 1, 1)
    span = response.amax(dim=(1, 2, 3), keepdim=True) - low
    is_constant = span == 0
    scaled = (response - low) / torch.where(is_constant, torch.ones_like(span), span)
    return torch.where(is_constant, torch.ones_like(scaled), scaled)


def subtract_minimum(response: Float[Tensor, "B T H W"]) -> Float[Tensor, "B T H W"]:
    """What the published code does in the place of f: unbounded above, a constant map to zeros."""
    return response - response.amin(dim=(1, 2, 3), keepdim=True)


SCALES: dict[Compat, Callable[[Tensor], Tensor]] = {
    "paper": scale_to_unit,
    "released": subtract_minimum,
}
