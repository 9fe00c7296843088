"""Time folded into the batch: how a network of single images looks at all frames of its clips."""

from jaxtyping import Float
from torch import Tensor


def fold_time(x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "N C H W"]:
    """Every frame as an image of its own, N = B * T; a view where `x` is channels-last."""
    return x.transpose(1, 2).flatten(0, 1)  # (B * T, C, H, W)


def unfold_time(images: Float[Tensor, "N C H W"], frames: int) -> Float[Tensor, "B C T H W"]:
    """Undo `fold_time`, for clips of `frames` frames."""
    return images.unflatten(0, (-1, frames)).transpose(1, 2)  # (B, C, T, H, W)


def stack_frames(video: Float[Tensor, "B C F H W"], stack: int) -> Float[Tensor, "B D T H W"]:
    """Make neighbouring images channels of one, D = C * stack, F = T * stack.

    Channels come image by image: x1, y1, x2, y2 … of flow, as TSN's and ego-rnn's networks have it.
    """
    if stack == 1:
        return video
    apart = video.unflatten(2, (-1, stack))  # (B, C, T, L, H, W)
    return apart.movedim(3, 1).flatten(1, 2)  # (B, L * C, T, H, W)
