"""Calls of the CUDA driver: errors raised, one context, and kernels loaded once a process."""

from functools import cache
from typing import TYPE_CHECKING, TypeVar, overload

from pipeline.flow.cuda_tvl1.cache import cache_folder, fetch_image
from pipeline.flow.cuda_tvl1.nvrtc import name_architecture
from pipeline.flow.cuda_tvl1.tiling import Tiling
from pipeline.flow.errors import FlowError

if TYPE_CHECKING:
    from cuda.bindings import driver as bindings

T = TypeVar("T")


@overload
def checked(result: tuple[object]) -> None: ...


@overload
def checked(result: tuple[object, T]) -> T: ...


def checked(result: tuple) -> object:
    """Return what a call of the driver gave, if anything.

    Raises:
        FlowError: the call failed; names the driver's error.
    """
    status, *values = result
    if status != 0:
        raise FlowError(f"cuda: the driver reports {status.name}")
    return values[0] if values else None


@cache
def open_device() -> "bindings.CUdevice":
    """Return the first device that is visible."""
    from cuda.bindings import driver

    checked(driver.cuInit(0))
    return checked(driver.cuDeviceGet(0))


@cache
def open_context() -> "bindings.CUcontext":
    """Return the device's context, which torch uses too; it lives as long as the process."""
    from cuda.bindings import driver

    return checked(driver.cuDevicePrimaryCtxRetain(open_device()))


def num_processors() -> int:
    """Return the device's multiprocessors."""
    from cuda.bindings import driver

    return _attribute(driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)


def capability() -> int:
    """Return the device's compute capability: 90 is 9.0."""
    from cuda.bindings import driver

    major = _attribute(driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
    minor = _attribute(driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)
    return 10 * major + minor


@cache
def load_kernels(tiling: Tiling, median_pixels: int) -> dict[str, "bindings.CUfunction"]:
    """Return the two kernels on the device.

    Raises:
        FlowError: they do not compile, or the driver does not take them.
    """
    from cuda.bindings import driver

    image = fetch_image(cache_folder(), name_architecture(capability()), tiling, median_pixels)
    module = checked(driver.cuModuleLoadData(image))
    return {
        name: checked(driver.cuModuleGetFunction(module, name.encode()))
        for name in ("prepare", "iterate")
    }


def _attribute(which: "bindings.CUdevice_attribute") -> int:
    from cuda.bindings import driver

    return checked(driver.cuDeviceGetAttribute(which, open_device()))
