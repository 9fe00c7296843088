"""How long one clip takes."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

WARM_UP = 1
"""Clips before those that count."""


@dataclass(frozen=True)
class Clock:
    """A device and what is read there.

    Args:
        name: of the column.
        device: torch's name.
        repeats: clips of which the median counts.
        read: seconds.
    """

    name: str
    device: str
    repeats: int
    read: Callable[[], float]


def list_clocks(repeats: int) -> list[Clock]:
    """Return the CPU's, and the GPU's where there is one.

    On the CPU it is the processor time of the one thread that torch is left with, so that other
    work beside does not count; on a GPU the wall's.
    """
    clocks = [Clock("cpu", "cpu", repeats, time.process_time)]
    if torch.cuda.is_available():
        clocks.append(Clock("gpu", "cuda", repeats, _wall_of_gpu))
    return clocks


def time_clips(network: nn.Module, clips: Sequence[Sequence[int]], clock: Clock) -> float:
    """Return the median of milliseconds, in float32, for one clip of each stream at a time.

    clips: channels, frames, height and width.
    """
    network = network.to(clock.device)
    generator = torch.Generator().manual_seed(0)
    videos = [torch.rand(1, *clip, generator=generator).to(clock.device) for clip in clips]
    times = []
    with torch.inference_mode():
        for _ in range(WARM_UP + clock.repeats):
            start = clock.read()
            network(*videos)
            times.append(clock.read() - start)
    return 1e3 * statistics.median(times[WARM_UP:])


def _wall_of_gpu() -> float:
    torch.cuda.synchronize()
    return time.perf_counter()
