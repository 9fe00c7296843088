"""What a device could do at most, by its clock, its memory's measured rate, and the code's size.

Instructions are those of the machine code for sm_90 (NVRTC 13.5, nvdisasm), of the default tiling,
in the path of a tile away from the border, whose errors are not summed.
"""

from dataclasses import dataclass

import torch

from pipeline.flow.cuda_tvl1.driver import checked, num_processors, open_device

INSTRUCTIONS_PER_PIXEL_ITERATION = 43.6
INSTRUCTIONS_PER_PIXEL_LOADED = 48
INSTRUCTIONS_PER_PIXEL_STORED = 22
SPECIAL_PER_PIXEL_ITERATION = 4  # two square roots, two reciprocals
BYTES_PER_PIXEL_AND_LAUNCH = 4 * (9 + 6)  # g, constant, u, p in; u, p out
LANES_PER_CLOCK = 128  # of a multiprocessor's four schedulers
SPECIAL_LANES_PER_CLOCK = 16


@dataclass(frozen=True)
class Ceilings:
    """Of the found device.

    Args:
        instructions_per_second: of single lanes.
        special_per_second: square roots and reciprocals.
        bytes_per_second: of a copy, read and written, as measured.
    """

    name: str
    num_processors: int
    clock_hertz: float
    instructions_per_second: float
    special_per_second: float
    bytes_per_second: float


def find_ceilings() -> Ceilings:
    """Ask the driver, and measure a copy; at the highest clock that the device reports."""
    from cuda.bindings import driver

    rate = driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE
    clock = 1e3 * checked(driver.cuDeviceGetAttribute(rate, open_device()))
    lanes = num_processors() * clock
    return Ceilings(
        name=torch.cuda.get_device_name(),
        num_processors=num_processors(),
        clock_hertz=clock,
        instructions_per_second=lanes * LANES_PER_CLOCK,
        special_per_second=lanes * SPECIAL_LANES_PER_CLOCK,
        bytes_per_second=_measure_copy(),
    )


def _measure_copy() -> float:
    """Return the bytes read and written in a second by a large copy, the best of five."""
    free, _ = torch.cuda.mem_get_info()
    source = torch.ones(min(free // 4, 2**32), dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    best = float("inf")
    for _ in range(6):  # the first warms up
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        target.copy_(source)
        stop.record()
        stop.synchronize()
        best = min(best, start.elapsed_time(stop) / 1e3)
    return 2 * source.numel() / best
