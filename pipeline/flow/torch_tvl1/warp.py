"""The second image at x + u, bicubic, and the brightness residual made linear there."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float32, Int64
from torch import Tensor

from pipeline.flow.semantics import Semantics


@dataclass(frozen=True)
class Residual:
    """The linear residual of a warp, ``ρ(u) = constant + gradient · u``.

    ``ρ(u) = I1(x + u0) + ∇I1(x + u0) · (u - u0) - I0(x)`` about the flow u0 of its start.
    """

    gradient: Float32[Tensor, "N 2 H W"]
    squared_norm: Float32[Tensor, "N H W"]
    constant: Float32[Tensor, "N H W"]

    def of(self, flow: Float32[Tensor, "N 2 H W"]) -> Float32[Tensor, "N H W"]:
        """Return ρ(u), in grey levels."""
        return self.constant + _dot(self.gradient, flow)

    def select(self, kept: Bool[Tensor, " N"]) -> "Residual":
        """Return that of some of the pairs."""
        return Residual(self.gradient[kept], self.squared_norm[kept], self.constant[kept])


def linearise(
    first: Float32[Tensor, "N H W"],
    second: Float32[Tensor, "N H W"],
    gradient: Float32[Tensor, "N 2 H W"],
    flow: Float32[Tensor, "N 2 H W"],
    semantics: Semantics,
) -> Residual:
    """Return the residual about ``flow``; ``gradient`` is the second image's own."""
    images = torch.cat([second.unsqueeze(1), gradient], 1)  # (N, 3, H, W)
    warped = warp(images, flow, semantics)
    image, gradient = warped[:, 0], warped[:, 1:]
    return Residual(
        gradient=gradient,
        squared_norm=_dot(gradient, gradient),
        constant=image - _dot(gradient, flow) - first,
    )


def warp(
    images: Float32[Tensor, "N C H W"], flow: Float32[Tensor, "N 2 H W"], semantics: Semantics
) -> Float32[Tensor, "N C H W"]:
    """Sample images at x + u by bicubic interpolation over 4 x 4 pixels.

    ``is_border_zero``: pixels outside count as 0; else as the nearest one, and the result is
    divided by the sum of the weights.
    """
    height, width = flow.shape[-2:]
    columns = torch.arange(width, dtype=torch.float32, device=flow.device)
    rows = torch.arange(height, dtype=torch.float32, device=flow.device).unsqueeze(1)
    taps_x = _taps(columns + flow[:, 0], width, semantics)
    taps_y = _taps(rows + flow[:, 1], height, semantics)
    total = torch.zeros_like(images)
    total_weight = torch.zeros_like(flow[:, :1])
    for row, weight_y in taps_y:
        for column, weight_x in taps_x:
            weight = (weight_y * weight_x).unsqueeze(1)  # (N, 1, H, W)
            total = total + weight * _pick(images, row, column)
            total_weight = total_weight + weight
    return total if semantics.is_border_zero else total / total_weight


def keys_kernel(distance: Float32[Tensor, "*S"], a: float) -> Float32[Tensor, "*S"]:
    """Return the cubic convolution kernel (Keys, 1981) at a distance of 0 to 2 pixels."""
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return torch.where(distance <= 1, near, far)


def _taps(
    position: Float32[Tensor, "N H W"], size: int, semantics: Semantics
) -> list[tuple[Int64[Tensor, "N H W"], Float32[Tensor, "N H W"]]]:
    """Return the four pixels about each position along one axis, with their weights."""
    below = position.floor()
    taps = []
    for offset in (-1, 0, 1, 2):
        pixel = below + offset
        weight = keys_kernel((position - pixel).abs(), semantics.cubic_a)
        if semantics.is_border_zero:
            weight = torch.where((pixel >= 0) & (pixel < size), weight, 0)
        taps.append((pixel.clamp(0, size - 1).long(), weight))
    return taps


def _pick(
    images: Float32[Tensor, "N C H W"],
    row: Int64[Tensor, "N H W"],
    column: Int64[Tensor, "N H W"],
) -> Float32[Tensor, "N C H W"]:
    """Return each place's pixel of every channel."""
    index = (row * images.shape[-1] + column).flatten(1).unsqueeze(1)  # (N, 1, H W)
    picked = images.flatten(2).gather(2, index.expand(-1, images.shape[1], -1))
    return picked.unflatten(2, images.shape[2:])


def _dot(a: Float32[Tensor, "N 2 H W"], b: Float32[Tensor, "N 2 H W"]) -> Float32[Tensor, "N H W"]:
    return a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1]
