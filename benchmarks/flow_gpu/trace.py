"""Launchers around a launcher: what the kernels took, and what they did."""

import ctypes
import time

import numpy as np

from pipeline.flow.cuda_tvl1.layout import Pyramid, Slot
from pipeline.flow.cuda_tvl1.tiling import Tiling

ITERATE = 4  # enum Step


class Around:
    """A launcher that hands everything on."""

    def __init__(self, launcher):
        self.launcher = launcher
        self.num_processors = launcher.num_processors
        self.free_bytes = launcher.free_bytes
        self.allocate = launcher.allocate
        self.upload = launcher.upload
        self.download = launcher.download
        self.launch = launcher.launch
        self.request = launcher.request


class Clock(Around):
    """Adds up the seconds from a part's first launch to its last kernel's end, without copies."""

    def __init__(self, launcher):
        super().__init__(launcher)
        self.seconds, self.num_launches = 0.0, 0
        self._started = None
        self.launch, self.download = self._launch, self._download

    def _launch(self, *arguments):
        if self._started is None:
            self._started = time.perf_counter()  # uploads have been waited for
        self.num_launches += 1
        self.launcher.launch(*arguments)

    def _download(self, address, array):
        self.launcher.download(address, array)  # the first after a part is of a few bytes
        if self._started is not None:
            self.seconds += time.perf_counter() - self._started
            self._started = None


class Trace(Around):
    """Counts the work of the iterations, by a look at all slots before each of their launches.

    Attributes:
        pixel_iterations: those that count.
        repeated: those done for nothing, since the pair stopped within a launch.
        strip_iterations: of tiles' strips on the chip, overlaps and all.
        num_tiles: loaded and stored.
        launch_pixels: pixels of the levels of all launches, each once a launch.
    """

    def __init__(self, launcher, pyramid: Pyramid, tiling: Tiling):
        super().__init__(launcher)
        self.pyramid, self.tiling = pyramid, tiling
        self.pixel_iterations = self.repeated = self.strip_iterations = 0
        self.num_tiles = self.launch_pixels = 0
        self._last = {}
        self.launch = self._launch

    def _launch(self, kernel, grid, threads, problem):
        if kernel == "iterate":
            slots = np.empty(grid[1] * ctypes.sizeof(Slot), np.uint8)
            self.launcher.download(problem.slots, slots)
            for slot in (Slot * grid[1]).from_buffer(slots):
                if slot.step == ITERATE:
                    self._count(slot)
        self.launcher.launch(kernel, grid, threads, problem)

    def _count(self, slot: Slot):
        level = self.pyramid.levels[slot.level]
        num_pixels, num_tiles = level.width * level.height, level.tiles_x * level.tiles_y
        place = slot.level, slot.warp, slot.iteration
        before, done = self._last.get(slot.pair, (None, 0))
        if before == place:
            self.repeated += done
            self.pixel_iterations -= done
        self._last[slot.pair] = place, slot.run * num_pixels
        self.pixel_iterations += slot.run * num_pixels
        self.strip_iterations += num_tiles * count_strips(slot.run, self.tiling)
        self.num_tiles += num_tiles
        self.launch_pixels += num_pixels


def count_strips(run: int, tiling: Tiling) -> int:
    """Return the strips that the iterations of a launch work on, in a tile amid others."""
    strips = 0
    for reach in range(run):
        first = (tiling.halo - reach) // tiling.rows
        last = min(tiling.warps - 1, (tiling.height - tiling.halo + reach) // tiling.rows)
        strips += last - first + 1
    return strips
