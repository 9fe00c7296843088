"""Who can compute TV-L1: one dict of backends with one signature, and the choice among them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.flow import cuda_tvl1, numba_tvl1, opencv_cpu, opencv_cuda, torch_tvl1
from pipeline.flow.errors import FlowError
from pipeline.flow.params import FlowConfig, Tvl1
from pipeline.flow.semantics import Semantics


@dataclass(frozen=True)
class Backend:
    """One implementation of TV-L1.

    Args:
        semantics: names of those whose flow it can give.
        uses_gpus: whether it computes on CUDA devices where there are any.
        library: the package behind it, whose version the last bits depend on; None where that is
            OpenCV, whose version every store names.
        why_absent: says why it cannot run on this machine; None where it can.
        compute: pairs of grey frames (N, 2, H, W) uint8 to flow (N, H, W, 2) float32, x then y,
            in pixels, from the first frame to the second. The last argument is how many pairs
            may be in work at a time; the flow depends neither on it nor on the batch.
        compute_levels: pairs and a bound in pixels to what ``quantize`` makes of that flow, and
            how many vectors of each pair the bound clips; None where it would save nothing.
    """

    semantics: tuple[str, ...]
    uses_gpus: bool
    library: str | None
    why_absent: Callable[[], str | None]
    compute: Callable[[np.ndarray, Tvl1, Semantics, int], np.ndarray]
    compute_levels: (
        Callable[[np.ndarray, Tvl1, Semantics, float], tuple[np.ndarray, np.ndarray]] | None
    )


BOTH = ("opencv_cpu", "opencv_cuda")
BACKENDS = {  # fastest first
    "cuda": Backend(
        semantics=BOTH,
        uses_gpus=True,
        library="cuda-bindings",
        why_absent=cuda_tvl1.why_absent,
        compute=cuda_tvl1.compute,
        compute_levels=cuda_tvl1.compute_levels,
    ),
    "opencv_cuda": Backend(
        semantics=("opencv_cuda",),
        uses_gpus=True,
        library=None,
        why_absent=opencv_cuda.why_absent,
        compute=opencv_cuda.compute,
        compute_levels=None,
    ),
    "numba": Backend(
        semantics=BOTH,
        uses_gpus=False,
        library="numba",
        why_absent=numba_tvl1.why_absent,
        compute=numba_tvl1.compute,
        compute_levels=None,
    ),
    "torch": Backend(
        semantics=BOTH,
        uses_gpus=True,
        library="torch",
        why_absent=torch_tvl1.why_absent,
        compute=torch_tvl1.compute,
        compute_levels=None,
    ),
    "opencv": Backend(
        semantics=("opencv_cpu",),
        uses_gpus=False,
        library=None,
        why_absent=opencv_cpu.why_absent,
        compute=opencv_cpu.compute,
        compute_levels=None,
    ),
}


def resolve_backend(config: FlowConfig) -> str:
    """Return the backend's name that a configuration means on this machine.

    Raises:
        FlowError: it is absent or has other semantics; the message names those that would do.
    """
    names = list(BACKENDS) if config.backend == "auto" else [config.backend]
    for name in names:
        backend = BACKENDS[name]
        if config.semantics in backend.semantics and backend.why_absent() is None:
            return name
    raise FlowError(
        f"found no backend for backend={config.backend}, semantics={config.semantics}; "
        f"{'; '.join(_describe(name) for name in BACKENDS)}"
    )


def _describe(name: str) -> str:
    backend = BACKENDS[name]
    absent = backend.why_absent()
    state = "present" if absent is None else f"absent ({absent})"
    return f"'{name}' has semantics {', '.join(backend.semantics)} and is {state}"
