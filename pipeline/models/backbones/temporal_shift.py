"""Temporal shift (TSM): channels of neighbouring frames, moved into a frame at no cost."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import FunctionCtx

from pipeline.models.backbones.residual import Bottleneck
from pipeline.models.folding import fold_time, unfold_time

SHARE = 8
"""One in so many channels comes from the next frame, and as many from the one before (Lin et al.,
ICCV 2019, section 3: a quarter of the channels for both; `shift_div` in the released code)."""


def shift_time(x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B C T H W"]:
    """Shift in both directions (Lin et al., ICCV 2019, section 3): offline, bi-directional TSM.

    The first C // 8 channels of a frame are the next frame's, the following C // 8 those of the
    frame before; beyond a clip's ends are zeros. Fewer than 8 channels stay as they are.
    """
    return _Shift.apply(x)


class ShiftedBottleneck(Bottleneck):
    """A bottleneck whose branch starts with the shift (section 3, residual shift)."""

    def mix(self, images: Float[Tensor, "N C H W"], frames: int) -> Float[Tensor, "N C H W"]:
        """Shift within each clip; the skip connection keeps the frame as it is."""
        return fold_time(shift_time(unfold_time(images, frames)))


class _Shift(torch.autograd.Function):
    """The shift, and the opposite one as its gradient.

    Six times as fast backward as what autograd makes of the slices (CPU, one thread, 256 channels
    of 16 frames at 56 x 56: 47 ms against 297), where the convolution that follows takes 14 ms.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor) -> Tensor:  # noqa: ARG004 - torch's contract
        return _move(x, early=slice(1, None), late=slice(None, -1))

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> Tensor:  # noqa: ARG004 - torch's contract
        return _move(gradient, early=slice(None, -1), late=slice(1, None))


def _move(x: Tensor, early: slice, late: slice) -> Tensor:
    """Take the frames `early` for the first channels, `late` for the second; zeros elsewhere."""
    fold = x.shape[1] // SHARE
    moved = torch.zeros_like(x)
    moved[:, :fold, late] = x[:, :fold, early]
    moved[:, fold : 2 * fold, early] = x[:, fold : 2 * fold, late]
    moved[:, 2 * fold :] = x[:, 2 * fold :]
    return moved
