"""A CUDA device as the solver's launcher."""

import ctypes
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

import numpy as np

from pipeline.flow.cuda_tvl1.driver import checked, load_kernels, num_processors, open_context
from pipeline.flow.cuda_tvl1.layout import Problem
from pipeline.flow.cuda_tvl1.tiling import Tiling

MAX_REQUESTS = 8  # unanswered at a time; the solver has two


class Device(AbstractContextManager):
    """Memory and a stream of the first visible device; both are given back at the end."""

    def __init__(self, tiling: Tiling, median_pixels: int) -> None:
        from cuda.bindings import driver

        checked(driver.cuCtxSetCurrent(open_context()))
        self.num_processors = num_processors()
        self._kernels = load_kernels(tiling, median_pixels)
        self._stream = checked(driver.cuStreamCreate(driver.CUstream_flags.CU_STREAM_NON_BLOCKING))
        self._memory: list[int] = []
        self._answers = int(checked(driver.cuMemAllocHost(4 * MAX_REQUESTS)))
        self._num_requests = 0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from cuda.bindings import driver

        driver.cuStreamSynchronize(self._stream)
        for address in self._memory:
            driver.cuMemFree(address)
        driver.cuMemFreeHost(self._answers)
        driver.cuStreamDestroy(self._stream)

    def free_bytes(self) -> int:
        from cuda.bindings import driver

        status, free, _ = driver.cuMemGetInfo()
        checked((status,))
        return free

    def allocate(self, num_bytes: int) -> int:
        from cuda.bindings import driver

        self._memory.append(int(checked(driver.cuMemAlloc(num_bytes))))
        return self._memory[-1]

    def upload(self, address: int, array: np.ndarray) -> None:
        from cuda.bindings import driver

        checked(driver.cuMemcpyHtoDAsync(address, array.ctypes.data, array.nbytes, self._stream))
        checked(driver.cuStreamSynchronize(self._stream))  # the array may go now

    def download(self, address: int, array: np.ndarray) -> None:
        from cuda.bindings import driver

        checked(driver.cuMemcpyDtoHAsync(array.ctypes.data, address, array.nbytes, self._stream))
        checked(driver.cuStreamSynchronize(self._stream))

    def launch(
        self, kernel: str, grid: tuple[int, int], threads: tuple[int, int], problem: Problem
    ) -> None:
        from cuda.bindings import driver

        arguments = (ctypes.c_void_p * 1)(ctypes.addressof(problem))
        checked(
            driver.cuLaunchKernel(
                self._kernels[kernel],
                *(*grid, 1),
                *(*threads, 1),
                0,  # no shared memory beyond what the kernel declares
                self._stream,
                ctypes.addressof(arguments),
                0,
            )
        )

    def request(self, address: int) -> Callable[[], int]:
        from cuda.bindings import driver

        answer = self._answers + 4 * (self._num_requests % MAX_REQUESTS)
        self._num_requests += 1
        event = checked(driver.cuEventCreate(driver.CUevent_flags.CU_EVENT_BLOCKING_SYNC))
        checked(driver.cuMemcpyDtoHAsync(answer, address, 4, self._stream))
        checked(driver.cuEventRecord(event, self._stream))

        def read() -> int:
            checked(driver.cuEventSynchronize(event))
            checked(driver.cuEventDestroy(event))
            return ctypes.c_int.from_address(answer).value

        return read
