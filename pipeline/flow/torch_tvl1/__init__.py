"""TV-L1 in PyTorch: the readable reference of every backend, batched, on any device.

Zach, Pock and Bischof, "A duality based approach for realtime TV-L1 optical flow", DAGM 2007, in
the form of Sánchez, Meinhardt-Llopis and Facciolo, "TV-L1 optical flow estimation", IPOL 2013,
which OpenCV's two programs follow; ``semantics`` says where those differ. One file a step:

    solve        coarse to fine, warp by warp             pyramid      levels and resizing
    warp         I1 and its gradient at x + u             iterate      the two steps and their loop
    derivatives  gradients and the divergence             median       the filter between the loops
    stop         when a pair's iterations end

A pair's flow has the same bits alone and in any batch: all is single IEEE operations on each pixel
(no ``addcmul`` or ``lerp``, which may round once or twice), and the one sum over pixels has a fixed
order.
"""

from pipeline.flow.torch_tvl1.backend import compute, why_absent

__all__ = ["compute", "why_absent"]
