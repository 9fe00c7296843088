"""I3D's classifier: the mean over windows of time."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.models.draws import Draws
from pipeline.models.heads.head import Classified, Head

POOL_FRAMES = 2
"""Feature frames under one pooling window (piergiaj/pytorch-i3d: 2 x 7 x 7, stride 1)."""


class WindowsHead(Head):
    """Average over all of space and two feature frames, dropout, a linear layer, mean over time.

    The window's space follows the input (the authors' is 7 x 7); a clip with one feature frame is
    pooled over that one. Where several windows fit (17 frames and more) the clip's logits are the
    mean of theirs; STAM's training code takes the maximum. One window, as with 16 frames: the same.
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.logits = Logits(in_channels, num_classes)

    def forward(self, x: Float[Tensor, "B C T H W"], draws: Draws | None) -> Classified:
        """Classify; a clip's windows share their dropout mask."""
        keep = None if draws is None else draws.keep(x.shape[1])
        time, height, width = x.shape[2:]
        window = (min(POOL_FRAMES, time), height, width)
        with torch.autocast(x.device.type, enabled=False):
            pooled = F.avg_pool3d(x.float(), window, stride=1)  # (B, C, windows, 1, 1)
            kept = pooled if keep is None else pooled * keep[:, :, None, None, None]
            logits = self.logits(kept).mean(dim=(2, 3, 4))  # (B, K)
        return Classified(logits, features=pooled.mean(dim=(2, 3, 4)))  # (B, C)


class Logits(nn.Module):
    """A 1x1x1 convolution with bias, under the name that I3D's checkpoints give it."""

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv3d = nn.Conv3d(in_channels, num_classes, kernel_size=1)

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B K T H W"]:
        """Class scores at every cell."""
        return self.conv3d(x)
