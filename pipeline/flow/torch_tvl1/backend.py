"""TV-L1 by PyTorch as a backend: numpy in, numpy out; torch is imported at the first use."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import numpy as np
from jaxtyping import Float32, UInt8

from pipeline.flow.params import Tvl1
from pipeline.flow.semantics import Semantics
from pipeline.flow.threads import over_pairs

# Of the images of a part; up to 700 bytes for each are in use. More is slower on a CPU: 24 ns a
# pixel and iteration for one pair of 320x240 at a time, 33 for eight, which leave its caches.
PIXELS_AT_A_TIME = {"cpu": 2**17, "cuda": 2**22}


def why_absent() -> str | None:
    """Return why this backend cannot run here, or None."""
    return None if find_spec("torch") else "torch is not installed"


def compute(
    pairs: UInt8[np.ndarray, "N 2 H W"], tvl1: Tvl1, semantics: Semantics, threads: int
) -> Float32[np.ndarray, "N H W 2"]:
    """Return the flow of each pair, by the GPU where there is one.

    On the CPU ``threads`` parts of the batch are solved at a time, each by one thread.
    """
    import torch

    from pipeline.flow.torch_tvl1.solve import solve

    device = "cuda" if torch.cuda.is_available() else "cpu"
    at_a_time = threads if device == "cpu" else 1
    flow = np.empty((len(pairs), *pairs.shape[2:], 2), np.float32)
    parts = _parts(pairs.shape, PIXELS_AT_A_TIME[device])

    def solve_part(number: int) -> None:
        part = parts[number]
        images = torch.from_numpy(pairs[part].astype(np.float32)).to(device)
        flow[part] = solve(images, tvl1, semantics).movedim(1, -1).cpu().numpy()

    with _one_thread_each():
        over_pairs(solve_part, len(parts), at_a_time)
    return flow


def _parts(shape: tuple[int, ...], max_pixels: int) -> list[slice]:
    """Cut a batch into as few parts as will do; a pair larger than that is a part of its own."""
    num_pairs, _, height, width = shape
    step = max(1, max_pixels // (height * width))
    return [slice(start, start + step) for start in range(0, num_pairs, step)]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Keep torch's operations to one thread: theirs would wait for each other within a pair."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
