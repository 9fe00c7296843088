"""Who can compute TV-L1: one dict of backends with one signature, and the choice among them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.flow import numba_tvl1, opencv_cpu, opencv_cuda, torch_tvl1
from pipeline.flow.errors import FlowError
from pipeline.flow.params import FlowConfig, Tvl1
from pipeline.flow.semantics import Semantics


@dataclass(frozen=True)
class Backend:
    """One implementation of TV-L1.

    Args:
        semantics: names of those whose flow it can give.
        why_absent: says why it cannot run on this machine; None where it can.
        compute: pairs of grey frames (N, 2, H, W) uint8 to flow (N, H, W, 2) float32, x then y,
            in pixels, from the first frame to the second. The last argument is how many pairs
            may be in work at a time; the flow depends neither on it nor on the batch.
    """

    semantics: tuple[str, ...]
    why_absent: Callable[[], str | None]
    compute: Callable[[np.ndarray, Tvl1, Semantics, int], np.ndarray]


BACKENDS = {  # fastest first
    "opencv_cuda": Backend(("opencv_cuda",), opencv_cuda.why_absent, opencv_cuda.compute),
    "numba": Backend(("opencv_cpu", "opencv_cuda"), numba_tvl1.why_absent, numba_tvl1.compute),
    "torch": Backend(("opencv_cpu", "opencv_cuda"), torch_tvl1.why_absent, torch_tvl1.compute),
    "opencv": Backend(("opencv_cpu",), opencv_cpu.why_absent, opencv_cpu.compute),
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
        f"flow: found no backend for backend={config.backend}, semantics={config.semantics}; "
        f"{'; '.join(_describe(name) for name in BACKENDS)}"
    )


def _describe(name: str) -> str:
    backend = BACKENDS[name]
    absent = backend.why_absent()
    state = "present" if absent is None else f"absent ({absent})"
    return f"'{name}' has semantics {', '.join(backend.semantics)} and is {state}"
