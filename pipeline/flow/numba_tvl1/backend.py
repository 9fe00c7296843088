"""TV-L1 by numba as a backend: numpy in, numpy out; numba is imported at the first use."""

from importlib.util import find_spec

import numpy as np
from jaxtyping import Float32, UInt8

from pipeline.flow.errors import FlowError
from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics
from pipeline.flow.threads import over_pairs

MEDIANS = (1, 5)  # 1: none


def why_absent() -> str | None:
    """Return why this backend cannot run here, or None."""
    return None if find_spec("numba") else "numba is not installed"


def compute(
    pairs: UInt8[np.ndarray, "N 2 H W"], tvl1: Tvl1, semantics: Semantics, threads: int
) -> Float32[np.ndarray, "N H W 2"]:
    """Return the flow of each pair; ``threads`` pairs are solved at a time, each by one thread.

    The first call for a class of widths compiles for about 8 s; later processes find the code on
    disk.

    Raises:
        FlowError: there is no code for this median filter.
    """
    if semantics.has_median and tvl1.median_pixels not in MEDIANS:
        raise FlowError(
            f"flow: found median_pixels={tvl1.median_pixels}, expected one of {MEDIANS} with "
            "backend=numba; take backend=torch"
        )
    flow = np.empty((len(pairs), *pairs.shape[2:], 2), np.float32)
    if not flow.size:
        return flow
    from pipeline.flow.numba_tvl1.compiled import level_solver
    from pipeline.flow.numba_tvl1.layout import row_stride
    from pipeline.flow.numba_tvl1.solve import solve

    level_solver(row_stride(pairs.shape[3]))  # made once, before threads ask for it

    def solve_pair(number: int) -> None:
        before, after = pairs[number]
        flow[number] = np.moveaxis(solve(before, after, tvl1, semantics), 0, -1)

    over_pairs(solve_pair, len(pairs), threads)
    return flow
