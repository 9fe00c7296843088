"""TV-L1 in CUDA C++, compiled at run time by NVRTC: many pairs at once, each at its own pace.

Needs an NVIDIA driver and the ``cuda-bindings`` and NVRTC that come with torch's CUDA build, no
compiler and no toolkit. The device code is in the ``.cu`` files, one idea each:

    problem    what the kernels share         linearise  the warp (bicubic) and its residual
    program    the steps of a pair, and when  median     the filter of OpenCV's CPU code
               its iterations end             tile       what a block holds on the chip
    images     pyramid and resizing           iterate    the equations, and their kernel
    deliver    flow out, in 8 bits            prepare    the kernel of all other steps

The host launches the same two kernels over and over (``solve``). A slot of the device holds one
pair and where it stands; each launch takes each slot one step further, whatever that is. So no pair
waits for a slower one, the device is asked nothing but, now and then, how many pairs are finished,
and a pair's flow has the same bits alone and in any batch.
"""

from pipeline.flow.cuda_tvl1.backend import compute, compute_levels, why_absent

__all__ = ["compute", "compute_levels", "why_absent"]
