"""Non-local block: every cell of a clip looks at every other by what they hold."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.initialise import Fill


class NonLocal(Attention):
    """The embedded Gaussian (Wang et al., CVPR 2018, section 3, equations 1, 4 and 6).

    y = softmax(theta(x) . phi(x)) g(x), then x + BN(W y), with half as many channels inside, and
    phi and g at a quarter of the cells (maxima of 2 x 2). Dot products are not divided by the root
    of their length. No map: there is one for each cell.

    Weight and bias of the batch norm start at zero, so that the block starts as the identity, and
    all other parameters learn from the second step on.

    The softmax holds T*H*W x T*H*W/4 numbers a clip: 39 MB in float32 for 8 frames of 28 x 28.

    Differs from TSM's code: one row or column of cells is not halved, where theirs fails. Keys:
    `g` and `phi` are `g.0` and `phi.0` there.
    """

    def __init__(self, *, channels: int) -> None:
        super().__init__()
        inner = max(1, channels // 2)
        self.theta = nn.Conv3d(channels, inner, 1)
        self.phi = nn.Conv3d(channels, inner, 1)
        self.g = nn.Conv3d(channels, inner, 1)
        self.W = nn.Sequential(nn.Conv3d(inner, channels, 1), nn.BatchNorm3d(channels))

    def forward(
        self,
        x: Float[Tensor, "B C T H W"],
        context: Context,  # noqa: ARG002 - of the contract
    ) -> Attended:
        """The features plus what each cell gathers from all the others."""
        queries = self.theta(x).flatten(2)  # (B, D, T * H * W)
        keys = _halve_space(self.phi(x)).flatten(2)  # (B, D, cells)
        values = _halve_space(self.g(x)).flatten(2)  # (B, D, cells)
        weights = torch.softmax(queries.transpose(1, 2) @ keys, dim=-1)  # (B, T * H * W, cells)
        gathered = (weights.to(values.dtype) @ values.transpose(1, 2)).transpose(1, 2)
        y = gathered.unflatten(2, x.shape[2:])  # (B, D, T, H, W)
        return Attended(x + self.W(y), map=None)

    def start(self, fill: Fill) -> None:  # noqa: ARG002 - constants
        """Make the block the identity."""
        for parameter in self.W[1].parameters():  # of the batch norm
            nn.init.zeros_(parameter)


def _halve_space(x: Float[Tensor, "B D T H W"]) -> Float[Tensor, "B D T h w"]:
    """Maxima of 2 x 2 cells of a frame."""
    height, width = x.shape[3:]
    return F.max_pool3d(x, (1, min(2, height), min(2, width)))
