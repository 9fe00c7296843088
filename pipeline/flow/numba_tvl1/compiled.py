"""What Python calls: the code of one pyramid level, compiled for each row width, kept on disk."""

from collections.abc import Callable
from functools import cache
from typing import no_type_check

import numpy as np
from jaxtyping import Float32

from pipeline.flow.numba_tvl1 import pyramid
from pipeline.flow.numba_tvl1.cache import keep_on_disk
from pipeline.flow.numba_tvl1.layout import driver, get_flow, make_level, set_flow
from pipeline.flow.numba_tvl1.settings import Settings
from pipeline.flow.numba_tvl1.stop import iterate_checking_each, iterate_checking_rarely
from pipeline.flow.numba_tvl1.warp import pack, warp

resize = keep_on_disk(pyramid.resize)


@cache
def level_solver(stride: int) -> Callable[[np.ndarray, np.ndarray, np.ndarray, Settings], None]:
    """Return ``solve_level`` for rows of one stride, which is a constant of its code."""

    @driver
    @no_type_check
    def solve_level(
        before: Float32[np.ndarray, "height width"],
        after: Float32[np.ndarray, "height width"],
        flow: Float32[np.ndarray, "2 height width"],
        settings: Settings,
    ) -> None:
        """Improve a flow in place: warp the second image by it, iterate, and again.

        The dual vectors start at 0, and are kept from warp to warp.
        """
        height, width = before.shape
        level = make_level(width, height, stride)
        set_flow(level, flow, stride)
        packed = pack(after, settings.is_border_zero, stride)
        for _ in range(settings.num_warps):
            warp(before, packed, level, settings, stride)
            if settings.checks_every_iteration:
                iterate_checking_each(level, settings, stride)
            else:
                iterate_checking_rarely(level, settings, stride)
        get_flow(level, flow, stride)

    return keep_on_disk(solve_level)
