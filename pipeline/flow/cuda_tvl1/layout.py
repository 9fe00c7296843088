"""The structures of ``problem.cu``, and the sizes of what they point to."""

import ctypes
from ctypes import c_double, c_float, c_int, c_longlong, c_void_p
from dataclasses import dataclass

from pipeline.flow.cuda_tvl1.tiling import Tiling
from pipeline.flow.levels import level_sizes
from pipeline.flow.params import Tvl1

NUM_PLANES = 17  # of a slot, beside its pyramids: enum Plane
NUM_FINISHED, NUM_NOT_FINITE, NUM_PROGRESS = 1, 2, 3  # enum Progress


class Level(ctypes.Structure):
    """A level of the pyramid."""

    _fields_ = (
        ("width", c_int),
        ("height", c_int),
        ("tiles_x", c_int),
        ("tiles_y", c_int),
        ("offset", c_longlong),
    )


class Slot(ctypes.Structure):
    """A pair in work and where it stands; all 0 is its beginning."""

    _fields_ = (
        ("pair", c_int),
        ("step", c_int),
        ("level", c_int),
        ("warp", c_int),
        ("iteration", c_int),
        ("run", c_int),
        ("until_check", c_int),
        ("flow_side", c_int),
        ("dual_side", c_int),
        ("num_arrived", c_int),
        ("error", c_double),
    )


class Problem(ctypes.Structure):
    """A batch: what every launch is given."""

    _fields_ = (
        ("pairs", c_void_p),
        ("flow", c_void_p),
        ("stored", c_void_p),
        ("num_clipped", c_void_p),
        ("levels", c_void_p),
        ("slots", c_void_p),
        ("memory", c_void_p),
        ("sums", c_void_p),
        ("progress", c_void_p),
        ("floats_per_slot", c_longlong),
        ("floats_per_pyramid", c_longlong),
        ("floats_per_plane", c_longlong),
        ("epsilon_squared", c_double),
        ("theta", c_float),
        ("data_limit", c_float),
        ("dual_rate", c_float),
        ("shrink", c_float),
        ("cubic_a", c_float),
        ("bound_pixels", c_float),
        ("levels_per_pixel", c_float),
        ("num_pairs", c_int),
        ("num_levels", c_int),
        ("num_warps", c_int),
        ("inner_iterations", c_int),
        ("max_iterations", c_int),
        ("max_tiles", c_int),
        ("is_border_zero", c_int),
        ("is_centre_aligned", c_int),
        ("has_median", c_int),
        ("checks_every_iteration", c_int),
    )


@dataclass(frozen=True)
class Pyramid:
    """The levels of an image size, and what a slot needs of memory for them.

    Args:
        levels: the finest first.
        num_pixels: of all levels.
        max_tiles: of the level that has most.
        sums_per_slot: the errors of all tiles and iterations of a launch.
    """

    levels: tuple[Level, ...]
    num_pixels: int
    max_tiles: int
    sums_per_slot: int

    @property
    def floats_per_plane(self) -> int:
        """Return the pixels of the finest level."""
        return self.levels[0].width * self.levels[0].height

    @property
    def floats_per_slot(self) -> int:
        """Return the floats of both pyramids and of all planes."""
        return 2 * self.num_pixels + NUM_PLANES * self.floats_per_plane


def plan_pyramid(height: int, width: int, tvl1: Tvl1, tiling: Tiling) -> Pyramid:
    """Lay out the levels of an image, the finest first."""
    levels: list[Level] = []
    offset = 0
    for rows, columns in level_sizes(height, width, tvl1):
        tiles_x, tiles_y = tiling.cover(columns, rows)
        levels.append(Level(columns, rows, tiles_x, tiles_y, offset))
        offset += rows * columns
    max_tiles = max(level.tiles_x * level.tiles_y for level in levels)
    return Pyramid(tuple(levels), offset, max_tiles, max_tiles * tiling.halo)
