"""How the iterations cut an image into tiles; the sizes that the device code is compiled with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tiling:
    """A block's tile: ``warps`` strips of ``rows`` rows, ``columns`` pixels a lane.

    Args:
        columns: pixels of a row that a thread holds; a warp has 32 threads.
        rows: rows that a thread holds.
        warps: warps of a block.
        halo: iterations of a launch at most, and how far a tile reaches beyond its own pixels.
        blocks: blocks that a multiprocessor shall have registers for at a time.
    """

    columns: int
    rows: int
    warps: int
    halo: int
    blocks: int

    @property
    def width(self) -> int:
        """Return the columns of a tile."""
        return 32 * self.columns

    @property
    def height(self) -> int:
        """Return the rows of a tile."""
        return self.rows * self.warps

    @property
    def definitions(self) -> tuple[str, ...]:
        """Return the compiler's options that name these numbers."""
        return (
            f"-DCOLUMNS={self.columns}",
            f"-DROWS={self.rows}",
            f"-DWARPS={self.warps}",
            f"-DHALO={self.halo}",
            f"-DBLOCKS={self.blocks}",
        )

    def cover(self, width: int, height: int) -> tuple[int, int]:
        """Return the tiles across and down an image.

        Each but the first begins where the one before has 2 halos left; the last one down reaches
        the last row, the last one across a column beyond it (``repeat_last_column``).
        """
        across = _parts(width + 1, self.width, self.halo)
        return across, _parts(height, self.height, self.halo)


# 96 x 60: fills a multiprocessor's registers (15 pixels a thread, 168 registers) and covers the
# levels of 320 x 240 with the fewest pixels computed twice. docs/flow.md has the model.
TILING = Tiling(columns=3, rows=5, warps=12, halo=6, blocks=1)


def _parts(size: int, tile: int, halo: int) -> int:
    return max(1, -(-(size - 2 * halo) // (tile - 2 * halo)))
