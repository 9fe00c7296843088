"""What the solver needs of a device. The tests have one that runs the same source on the CPU."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np

from pipeline.flow.cuda_tvl1.layout import Problem


@runtime_checkable
class Launcher(Protocol):
    """A device, or a stand-in: memory by address, and kernels, one after the other."""

    num_processors: int
    """Blocks that can run at a time, where they are as large as those of the iterations."""

    def free_bytes(self) -> int:
        """Return how much memory may be allocated."""

    def allocate(self, num_bytes: int) -> int:
        """Return the address of new memory, which lives as long as the launcher."""

    def upload(self, address: int, array: np.ndarray) -> None:
        """Copy an array to the device, after all that was launched before."""

    def download(self, address: int, array: np.ndarray) -> None:
        """Fill an array from the device, after all that was launched before."""

    def launch(
        self, kernel: str, grid: tuple[int, int], threads: tuple[int, int], problem: Problem
    ) -> None:
        """Queue a kernel."""

    def request(self, address: int) -> Callable[[], int]:
        """Ask for the int32 there, as it is after all launched before; the answer waits for it."""
