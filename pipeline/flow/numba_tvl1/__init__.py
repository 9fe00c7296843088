"""TV-L1 compiled for this machine's CPU by numba: the fast backend where there is no GPU.

The same equations as ``torch_tvl1``, arranged for vector instructions; one file a step:

    solve        coarse to fine, warp by warp             pyramid      levels and resizing
    warp, taps   I1 and its gradient at x + u             iterate      the two steps of an iteration
    stop         the loops of a warp                      median       the filter between the loops
    layout       where each number of a level lies        compiled     the code for one row width
    cache        compiled code, kept on disk              backend      numpy in, numpy out

A pair is solved by one thread and by one call that leaves Python's lock; nothing is shared among
pairs, so that a pair's flow has the same bits alone and in any batch.
"""

from pipeline.flow.numba_tvl1.backend import compute, why_absent

__all__ = ["compute", "why_absent"]
