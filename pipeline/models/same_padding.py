"""TensorFlow's SAME padding for 3-D convolution and pooling, computed from the input at run time.

It stands apart because PyTorch has no such mode: with a stride, SAME pads by an amount that depends
on the input's size, and the odd unit goes to the end. I3D's weights were trained with it.
"""

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

Triple = tuple[int, int, int]
"""One whole number for each of time, height and width."""


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Units to pad before and after one axis, so that its output has ceil(size / stride) cells.

    kernel=7: stride 1 -> (3, 3); stride 2, size 16 -> (2, 3); stride 2, size 15 -> (3, 3)
    """
    total = max(kernel - (size % stride or stride), 0)
    return total // 2, total - total // 2


def same_conv3d(
    x: Float[Tensor, "B C T H W"], weight: Float[Tensor, "D C kT kH kW"], stride: Triple
) -> Float[Tensor, "B D t h w"]:
    """Convolution without bias, padded by zeros."""
    kernel_time, kernel_height, kernel_width = weight.shape[2:]
    padding = _paddings(x, (kernel_time, kernel_height, kernel_width), stride)
    if all(before == after for before, after in padding):
        return F.conv3d(x, weight, stride=stride, padding=[before for before, _ in padding])
    return F.conv3d(_pad(x, padding), weight, stride=stride)


def same_max_pool3d(
    x: Float[Tensor, "B C T H W"], kernel: Triple, stride: Triple
) -> Float[Tensor, "B C t h w"]:
    """Maximum, padded by zeros, of an input that is never negative.

    I3D's pooling always sees such an input: the output of a ReLU, or one times a map >= 0. There,
    zeros and the minus infinity of PyTorch's own padding and `ceil_mode` give the same, and the
    latter copy nothing (a training step of I3D on CPU: 3 to 13 % less).
    """
    padding = _paddings(x, kernel, stride)
    if all(before == after for before, after in padding):
        return F.max_pool3d(x, kernel, stride, padding=[before for before, _ in padding])
    if all(before == 0 for before, _ in padding):
        return F.max_pool3d(x, kernel, stride, ceil_mode=True)
    return F.max_pool3d(_pad(x, padding), kernel, stride)


def _paddings(x: Tensor, kernel: Triple, stride: Triple) -> list[tuple[int, int]]:
    """(before, after) for time, height, width."""
    return [same_padding(*axis) for axis in zip(x.shape[2:], kernel, stride, strict=True)]


def _pad(x: Tensor, padding: list[tuple[int, int]]) -> Tensor:
    """Zeros around `x`; `F.pad` wants the last axis first."""
    return F.pad(x, [units for axis in reversed(padding) for units in axis])
