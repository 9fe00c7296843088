"""The solver's launcher without a device: the same source, compiled by g++, on this thread."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.flow.cuda_tvl1.layout import Problem
from pipeline.flow.cuda_tvl1.source import list_options, read_source
from pipeline.flow.cuda_tvl1.tiling import Tiling

HERE = Path(__file__).parent
RUBBISH = 0xFF  # floats are NaN, whole numbers -1
GUARD = 4096  # bytes before and after each piece of memory, which nobody may write


def why_absent() -> str | None:
    """Return why the shim cannot be built here, or None."""
    return None if shutil.which("g++") else "g++ is not installed: it compiles the CUDA source here"


def build_library(folder: Path, source: str, name: str, tiling: Tiling, median_pixels: int) -> Path:
    """Compile the device code for the CPU, with one of this folder's sources around it."""
    (folder / "device_code.cpp").write_text(read_source())
    definitions = [word for word in list_options(tiling, median_pixels) if word.startswith("-D")]
    command = ["g++", "-std=c++17", "-O2", "-shared", "-fPIC", "-Wno-unknown-pragmas"]
    command += ["-U_FORTIFY_SOURCE", f"-I{folder}", *definitions]  # it forbids longjmp to fibers
    subprocess.run([*command, str(HERE / source), "-o", str(folder / name)], check=True)
    return folder / name


def build_shim(folder: Path, tiling: Tiling, median_pixels: int) -> ctypes.CDLL:
    """Compile the kernels as functions of a library."""
    shim = ctypes.CDLL(str(build_library(folder, "shim.cpp", "shim.so", tiling, median_pixels)))
    for name in ("size_of_level", "size_of_slot", "size_of_problem"):
        getattr(shim, name).restype = ctypes.c_longlong
    shim.quantize_pixels.argtypes = (ctypes.c_float, ctypes.c_float)
    return shim


class ShimLauncher:
    """Memory of this process, and kernels that are done when ``launch`` returns.

    Args:
        shim: the compiled device code.
        num_processors: as of a device; fewer make slots take more than one pair.
        memory: bytes that may be allocated.
        is_reversed: run blocks, and the warps of each, from the last to the first.
    """

    def __init__(
        self, shim: ctypes.CDLL, num_processors: int, memory: int, *, is_reversed: bool
    ) -> None:
        self.num_processors = num_processors
        self.num_launches = 0
        self._shim, self._free, self._is_reversed = shim, memory, is_reversed
        self._memory: list[np.ndarray] = []

    def free_bytes(self) -> int:
        return self._free

    def allocate(self, num_bytes: int) -> int:
        self._free -= num_bytes
        assert self._free >= 0
        self._memory.append(np.full(num_bytes + 2 * GUARD, RUBBISH, np.uint8))
        return self._memory[-1].ctypes.data + GUARD

    def check_guards(self) -> None:
        for memory in self._memory:
            assert (memory[:GUARD] == RUBBISH).all()
            assert (memory[-GUARD:] == RUBBISH).all()

    def upload(self, address: int, array: np.ndarray) -> None:
        assert array.flags["C_CONTIGUOUS"]
        ctypes.memmove(address, array.ctypes.data, array.nbytes)

    def download(self, address: int, array: np.ndarray) -> None:
        assert array.flags["C_CONTIGUOUS"]
        ctypes.memmove(array.ctypes.data, address, array.nbytes)

    def launch(
        self, kernel: str, grid: tuple[int, int], threads: tuple[int, int], problem: Problem
    ) -> None:
        self.num_launches += 1
        is_iterate = ("prepare", "iterate").index(kernel)
        self._shim.launch(is_iterate, *grid, *threads, ctypes.byref(problem), self._is_reversed)

    def request(self, address: int) -> Callable[[], int]:
        answer = ctypes.c_int.from_address(address).value
        return lambda: answer
