"""Coarse to fine: the flow of each level starts the next finer one (Sánchez et al.)."""

import torch
from jaxtyping import Float32
from torch import Tensor

from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics
from pipeline.flow.torch_tvl1.derivatives import central_gradient
from pipeline.flow.torch_tvl1.iterate import iterate
from pipeline.flow.torch_tvl1.pyramid import build_pyramid, enlarge_flow
from pipeline.flow.torch_tvl1.warp import linearise


def solve(
    pairs: Float32[Tensor, "N 2 H W"], tvl1: Tvl1, semantics: Semantics
) -> Float32[Tensor, "N 2 H W"]:
    """Return the flow (x, y) in pixels from the first image of each pair to the second.

    Args:
        pairs: grey levels, 0 to 255, on the device that computes.
        tvl1: the numbers of the method.
        semantics: whose TV-L1.
    """
    levels = build_pyramid(pairs, tvl1, semantics)
    flow = torch.zeros_like(levels[-1])
    for level in reversed(levels):
        if level is not levels[-1]:
            flow = enlarge_flow(flow, level.shape[-2:], tvl1, semantics)
        flow = solve_level(level, flow, tvl1, semantics)
    return flow


def solve_level(
    pairs: Float32[Tensor, "N 2 H W"],
    flow: Float32[Tensor, "N 2 H W"],
    tvl1: Tvl1,
    semantics: Semantics,
) -> Float32[Tensor, "N 2 H W"]:
    """Improve a flow at one level: warp the second image by it, solve, and again.

    The dual fields, one vector for each component of the flow, are kept from warp to warp.
    """
    first, second = pairs.unbind(1)  # (N, H, W)
    gradient = central_gradient(second)
    dual = torch.zeros_like(flow).unsqueeze(2).repeat(1, 1, 2, 1, 1)  # (N, 2, 2, H, W)
    for _ in range(tvl1.num_warps):
        residual = linearise(first, second, gradient, flow, semantics)
        flow, dual = iterate(residual, flow, dual, tvl1, semantics)
    return flow
