"""W3's second half: which cells matter in which frames ("where" and "when")."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.attention.descriptors import SPATIAL_KERNEL, pool_channels
from pipeline.models.attention.open_start import OPEN_SCORE
from pipeline.models.folding import fold_time, unfold_time
from pipeline.models.initialise import Fill

VIDEO_KERNEL = 3
"""Frames, rows and columns under each of the two 3-D convolutions (W3, section 3.2)."""


class SpatioTemporalMask(nn.Module):
    """Spatio-temporal attention M^s (W3, section 3.2, equations 5 and 6).

    One hidden channel, and nothing between the two 3-D convolutions: the paper names nothing there,
    and a ReLU would shut the whole mask for good wherever the first kernel sums below zero (see
    `ChannelTemporalMask`). No batch norm behind the 7x7 convolution, unlike CBAM: equation 5 has
    none.

    `temporal=False` leaves equation 6 out: the mask is M^s-frm, each frame's own.

    Starts open (`OPEN_SCORE`), with M^s-frm at 0.5 whatever the size of the features: the 7x7
    kernel starts at zero. It sees maxima over all channels, which are large and much the same
    everywhere, so that random weights would saturate its sigmoid.
    """

    def __init__(self, *, temporal: bool) -> None:
        super().__init__()
        self.scores = nn.Conv2d(2, 1, SPATIAL_KERNEL, padding=SPATIAL_KERNEL // 2)
        self.over_time = _two_convolutions() if temporal else None

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B T H W"]:
        """Return the mask, in (0, 1), float32."""
        descriptors = torch.cat(pool_channels(x), dim=1)  # (B, 2, T, H, W)
        scores = unfold_time(self.scores(fold_time(descriptors)), frames=x.shape[2])
        if self.over_time is not None:
            scores = self.over_time(torch.sigmoid(scores))  # (B, 1, T, H, W)
        return torch.sigmoid(scores.float()).squeeze(1)  # (B, T, H, W)

    def start(self, fill: Fill) -> None:  # noqa: ARG002 - constants
        """Open the mask."""
        nn.init.zeros_(self.scores.weight)
        *_, last_bias = self.parameters()
        nn.init.constant_(last_bias, OPEN_SCORE)


def _two_convolutions() -> nn.Sequential:
    padding = VIDEO_KERNEL // 2
    return nn.Sequential(
        nn.Conv3d(1, 1, VIDEO_KERNEL, padding=padding),
        nn.Conv3d(1, 1, VIDEO_KERNEL, padding=padding),
    )
