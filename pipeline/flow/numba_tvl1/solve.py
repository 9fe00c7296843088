"""Coarse to fine: the flow of each level starts the next finer one."""

import numpy as np
from jaxtyping import Float32, UInt8

from pipeline.flow.levels import level_sizes
from pipeline.flow.numba_tvl1.compiled import level_solver, resize
from pipeline.flow.numba_tvl1.layout import row_stride
from pipeline.flow.numba_tvl1.settings import make_settings
from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics


def solve(
    before: UInt8[np.ndarray, "H W"],
    after: UInt8[np.ndarray, "H W"],
    tvl1: Tvl1,
    semantics: Semantics,
) -> Float32[np.ndarray, "2 H W"]:
    """Return the flow (x, y) of a pair of frames, in pixels."""
    settings = make_settings(tvl1, semantics)
    solve_level = level_solver(row_stride(before.shape[1]))
    befores, afters = (build_pyramid(image, tvl1, semantics) for image in (before, after))
    flow = np.zeros((2, *befores[-1].shape), np.float32)
    for level in reversed(range(len(befores))):
        if level < len(befores) - 1:
            flow = enlarge_flow(flow, befores[level].shape, tvl1, semantics)
        solve_level(befores[level], afters[level], flow, settings)
    return flow


def build_pyramid(
    image: UInt8[np.ndarray, "H W"], tvl1: Tvl1, semantics: Semantics
) -> list[Float32[np.ndarray, "h w"]]:
    """Return an image's levels, the finest first; no blur, as in OpenCV."""
    levels = [image.astype(np.float32, order="C")]
    step = 1 / tvl1.scale_step
    height, width = image.shape
    for size in level_sizes(height, width, tvl1)[1:]:
        coarser = np.empty(size, np.float32)
        resize(levels[-1], (step, step), semantics.is_centre_aligned, coarser)
        levels.append(coarser)
    return levels


def enlarge_flow(
    flow: Float32[np.ndarray, "2 h w"],
    size: tuple[int, ...],
    tvl1: Tvl1,
    semantics: Semantics,
) -> Float32[np.ndarray, "2 H W"]:
    """Return a level's flow at the size (height, width) of the next finer one, in its pixels."""
    steps = (flow.shape[1] / size[0], flow.shape[2] / size[1])
    larger = np.empty((2, *size), np.float32)
    for component, out in zip(flow, larger, strict=True):
        resize(component, steps, semantics.is_centre_aligned, out)
    larger *= np.float32(1 / tvl1.scale_step)
    return larger
