"""Compiling by NVRTC, the compiler that comes as a library with torch's CUDA build."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.flow.errors import FlowError

if TYPE_CHECKING:
    from cuda.bindings import nvrtc as bindings


@dataclass(frozen=True)
class Compiled:
    """Machine code for one architecture (or, by its name, code that the driver translates).

    Args:
        image: what a driver loads.
        log: the compiler's remarks.
    """

    image: bytes
    log: str


def nvrtc_version() -> str:
    """Return the compiler's version.

    Raises:
        RuntimeError, ImportError: it is not installed.
    """
    from cuda.bindings import nvrtc

    _, major, minor = nvrtc.nvrtcVersion()
    return f"{major}.{minor}"


def name_architecture(capability: int) -> str:
    """Return the target for a device of this compute capability (90 is 9.0).

    A device newer than the compiler gets code that its driver translates.

    Raises:
        FlowError: the device is older than the compiler knows.
    """
    from cuda.bindings import nvrtc

    _, known = nvrtc.nvrtcGetSupportedArchs()
    if capability in known:
        return f"sm_{capability}"
    older = [number for number in known if number < capability]
    if not older:
        raise FlowError(
            f"cuda: the device has compute capability {capability / 10}, NVRTC {nvrtc_version()} "
            f"compiles for {min(known) / 10} and newer; install an older torch with its CUDA"
        )
    return f"compute_{max(older)}"


def compile_source(source: str, options: Sequence[str], architecture: str) -> Compiled:
    """Compile for an architecture, as ``sm_90``.

    Raises:
        FlowError: the source does not compile; the message is the compiler's.
    """
    from cuda.bindings import nvrtc

    arguments = [option.encode() for option in (f"--gpu-architecture={architecture}", *options)]
    _, program = nvrtc.nvrtcCreateProgram(source.encode(), b"tvl1.cu", 0, [], [])
    (result,) = nvrtc.nvrtcCompileProgram(program, len(arguments), arguments)
    log = _read(program, nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog).decode()
    log = log.rstrip("\0\n ")
    if result != nvrtc.nvrtcResult.NVRTC_SUCCESS:
        raise FlowError(f"cuda: NVRTC {nvrtc_version()}, {architecture}: {result.name}\n{log}")
    if architecture.startswith("sm_"):
        image = _read(program, nvrtc.nvrtcGetCUBINSize, nvrtc.nvrtcGetCUBIN)
    else:
        image = _read(program, nvrtc.nvrtcGetPTXSize, nvrtc.nvrtcGetPTX)
    nvrtc.nvrtcDestroyProgram(program)
    return Compiled(image, log)


def _read(
    program: "bindings.nvrtcProgram",
    ask_size: Callable[..., tuple[object, int]],
    fill: Callable[..., tuple[object]],
) -> bytes:
    """Return one of a program's results."""
    _, size = ask_size(program)
    # The binding writes into the bytes, and Python has but one object for all bytes of length 1:
    # an empty log, "\0", would turn every b" " of the process, so every unpickled 32, into 0.
    content = bytes(size + 1)
    fill(program, content)
    return content[:size]
