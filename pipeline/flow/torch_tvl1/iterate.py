"""The iterations of one warp: two steps with closed solutions, in turn, until each pair stops.

The energy of Zach et al. with both of its fields: ``Σ |∇u| + |u - v|² / 2θ + λ |ρ(v)|``.
"""

import torch
from jaxtyping import Float32
from torch import Tensor

from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics
from pipeline.flow.torch_tvl1.derivatives import divergence, forward_gradient
from pipeline.flow.torch_tvl1.median import median_filter
from pipeline.flow.torch_tvl1.stop import is_asked, is_finished, next_wait, squared_change
from pipeline.flow.torch_tvl1.warp import Residual


def data_step(
    residual: Residual, flow: Float32[Tensor, "N 2 H W"], tvl1: Tvl1
) -> Float32[Tensor, "N 2 H W"]:
    """Minimise over v for a fixed u, pixel by pixel (Zach et al., the thresholding step).

    Its three cases are one clamp: v = u + λθ∇I where ρ < -λθ|∇I|², u - λθ∇I where ρ > λθ|∇I|²,
    else u - ρ∇I / |∇I|².
    """
    limit = tvl1.lambda_ * tvl1.theta
    smallest = torch.finfo(torch.float32).eps  # no division by 0 where the image is even
    step = -residual.of(flow) / residual.squared_norm.clamp(min=smallest)
    return flow + step.clamp(-limit, limit).unsqueeze(1) * residual.gradient


def smoothness_step(
    target: Float32[Tensor, "N 2 H W"], dual: Float32[Tensor, "N 2 2 H W"], tvl1: Tvl1
) -> Float32[Tensor, "N 2 H W"]:
    """Minimise over u for a fixed v, given the dual fields: u = v + θ div p, each component."""
    return target + tvl1.theta * divergence(dual)


def dual_step(
    dual: Float32[Tensor, "N 2 2 H W"], flow: Float32[Tensor, "N 2 H W"], tvl1: Tvl1
) -> Float32[Tensor, "N 2 2 H W"]:
    """Take Chambolle's step for each component: p = (p + τ/θ ∇u) / (1 + τ/θ |∇u|)."""
    rate = tvl1.tau / tvl1.theta
    gradient = forward_gradient(flow)  # (N, 2, 2, H, W): component, then x or y
    x, y = gradient.unbind(2)
    norm = torch.sqrt(x * x + y * y)
    return (dual + rate * gradient) / (1 + rate * norm).unsqueeze(2)


def iterate(
    residual: Residual,
    flow: Float32[Tensor, "N 2 H W"],
    dual: Float32[Tensor, "N 2 2 H W"],
    tvl1: Tvl1,
    semantics: Semantics,
) -> tuple[Float32[Tensor, "N 2 H W"], Float32[Tensor, "N 2 2 H W"]]:
    """Return flow and dual fields after the iterations of one warp.

    A pair that stops leaves the batch: its flow stands, and costs nothing more.
    """
    flows, duals = flow.clone(), dual.clone()
    pairs = torch.arange(len(flow))  # those still in work
    wait = torch.zeros(len(flow), dtype=torch.float64)
    filters = semantics.has_median and tvl1.median_pixels > 1
    limit = tvl1.epsilon**2 * flow.shape[-2] * flow.shape[-1]
    for iteration in range(tvl1.outer_iterations * tvl1.inner_iterations):
        if filters and iteration % tvl1.inner_iterations == 0:
            flow = median_filter(flow, tvl1.median_pixels)
        before = flow
        flow = smoothness_step(data_step(residual, before, tvl1), dual, tvl1)
        dual = dual_step(dual, flow, tvl1)
        asked = is_asked(iteration, wait, limit, semantics)
        error = squared_change(before, flow).cpu() if asked.any() else wait
        wait = next_wait(wait, asked, error, limit)
        kept = ~is_finished(asked, error, limit)
        if not kept.all():
            flows[pairs], duals[pairs] = flow, dual
            pairs, wait = pairs[kept], wait[kept]
            on_device = kept.to(flow.device)
            residual = residual.select(on_device)
            flow, dual = flow[on_device], dual[on_device]
        if not len(pairs):
            return flows, duals
    flows[pairs], duals[pairs] = flow, dual
    return flows, duals
