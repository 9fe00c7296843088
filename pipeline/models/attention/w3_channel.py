"""W3's first half: which channels matter in which frames ("what" and "when")."""

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.attention.descriptors import ChannelScores
from pipeline.models.attention.open_start import OPEN_SCORE
from pipeline.models.initialise import Fill

TIME_KERNEL = 3
"""K_c-vid: frames under each of the two convolutions over time (W3, section 3.1)."""

ChannelTime = Literal["depthwise", "bottleneck", "full"]
"""What the convolutions over time see of the other channels: nothing; a quarter as many hidden
channels, made of all; everything."""


class ChannelTemporalMask(nn.Module):
    """Channel-temporal attention M^c (W3, section 3.1, equations 3 and 4).

    Nothing stands between the two convolutions over time: the paper names nothing there. A ReLU
    would close a channel for good wherever its first kernel sums below zero, as half of them do at
    the start, since what it looks at, M^c-frm, is never negative. Zeros pad time.

    `temporal=False` leaves equation 4 out: the mask is M^c-frm, each frame's own.

    Starts open (`OPEN_SCORE`), with M^c-frm at 0.5 whatever the size of the features, where its
    sigmoid passes most gradient; so `scores.squeeze` learns from the second step on.
    """

    def __init__(
        self, *, channels: int, reduction: int, channel_time: ChannelTime, temporal: bool
    ) -> None:
        super().__init__()
        self.scores = ChannelScores(channels, reduction)
        self.over_time = CHANNEL_TIMES[channel_time](channels) if temporal else None

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B C T"]:
        """Return the mask, in (0, 1)."""
        scores = self.scores(x)  # (B, C, T)
        if self.over_time is not None:
            scores = self.over_time(torch.sigmoid(scores))
        return torch.sigmoid(scores)

    def start(self, fill: Fill) -> None:  # noqa: ARG002 - constants
        """Open the mask."""
        if self.over_time is None:
            self.scores.start_at(OPEN_SCORE)
        else:
            self.scores.start_at(0.0)
            *_, last_bias = self.over_time.parameters()
            nn.init.constant_(last_bias, OPEN_SCORE)


def _two_convolutions(channels: int, hidden: int, groups: int) -> nn.Sequential:
    padding = TIME_KERNEL // 2
    return nn.Sequential(
        nn.Conv1d(channels, hidden, TIME_KERNEL, padding=padding, groups=groups),
        nn.Conv1d(hidden, channels, TIME_KERNEL, padding=padding, groups=groups),
    )


CHANNEL_TIMES: dict[ChannelTime, Callable[[int], nn.Sequential]] = {
    "depthwise": lambda channels: _two_convolutions(channels, channels, groups=channels),
    "bottleneck": lambda channels: _two_convolutions(channels, max(1, channels // 4), groups=1),
    "full": lambda channels: _two_convolutions(channels, channels, groups=1),
}
"""theta_c-vid by name."""
