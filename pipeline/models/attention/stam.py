"""STAM: one inception block predicts a map over space and time, which gates the features."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.branches import branches_of
from pipeline.models.inception import InceptionBlock, Unit3d
from pipeline.models.sites import Compat, Place


class Stam(Attention):
    """Spatiotemporal attention (Lu, Liao and Li, ICCVW 2019, section 3.1, equations 1 and 4).

    The inception block has the widths of the place's own block, so after `Mixed_5c` the published
    ones; in a network without inception blocks, those of `Mixed_5c` as a share of the channels
    there. `conv1_a` of equation 1 keeps its batch norm and ReLU, as the published code has them.

    Differs from the authors' code: f scales to [0, 1] as the paper says. Theirs takes the minimum
    where the maximum is meant, and so only subtracts the minimum; `compat: released` does that.

    time_kernel: frames under each of the block's wide kernels; the published number is 3.
    """

    def __init__(self, place: Place, compat: Compat, time_kernel: int = 3) -> None:
        super().__init__()
        branches = branches_of(place.channels, place.branches)
        self.attention_inc = InceptionBlock(place.channels, branches, time_kernel)
        self.attention_pred = Unit3d(branches.channels, 1, (1, 1, 1), (1, 1, 1))
        self.scale = SCALES[compat]

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        context: Context,  # noqa: ARG002 - of the contract
    ) -> Attended:
        """The features times the map, which has their own T, H and W."""
        gate = self.gate(x)
        return Attended(features=x * gate.unsqueeze(1).to(x.dtype), map=gate)

    def gate(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B T H W"]:
        """Return the map A, float32."""
        response = self.attention_pred(self.attention_inc(x)).squeeze(1)  # (B, T, H, W)
        return self.scale(response.float())


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
