"""What TV-L1 minimises, from the paper, to see how far down each backend gets."""

import numpy as np
from jaxtyping import Float32, UInt8

from benchmarks.flow.sampling import pixel_grid, sample_bicubic
from pipeline.flow.semantics import SEMANTICS


def measure_energy(
    pair: UInt8[np.ndarray, "2 H W"], flow: Float32[np.ndarray, "H W 2"], lambda_: float
) -> float:
    """Return the energy of a flow, the mean over pixels (Zach, Pock, Bischof, DAGM 2007).

    ``lambda * |I1(x + u(x)) - I0(x)| + |grad u1| + |grad u2|`` on the finest level, with greys of
    0 to 255, which lambda = 0.15 belongs to, and pixels. It is the functional itself: the data
    term is not linearised, and there is no coupling with an auxiliary field.

    The warp is that of OpenCV's CPU code, but a point outside of the image has the nearest
    pixel's value, so that no flow can gain by leaving.
    """
    first, second = pair.astype(np.float32)
    points = pixel_grid(*first.shape) + flow
    residual = sample_bicubic(second, points, SEMANTICS["opencv_cpu"].cubic_a) - first
    density = lambda_ * np.abs(residual) + variation(flow[..., 0]) + variation(flow[..., 1])
    return float(density.mean(dtype=np.float64))


def variation(field: Float32[np.ndarray, "H W"]) -> Float32[np.ndarray, "H W"]:
    """Return the length of the gradient by forward differences, 0 across the border."""
    across = np.diff(field, axis=1, append=field[:, -1:])
    down = np.diff(field, axis=0, append=field[-1:])
    return np.hypot(across, down)
