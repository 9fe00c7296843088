"""The sizes of a pyramid's levels: part of what a flow means, the same for every backend."""

from pipeline.flow.params import Tvl1

SMALLEST_SIDE = 16  # of a level but the image itself, as in OpenCV


def level_sizes(height: int, width: int, tvl1: Tvl1) -> list[tuple[int, int]]:
    """Return height and width of each level, the finest first."""
    sizes = [(height, width)]
    while len(sizes) < tvl1.num_scales:
        height, width = round(tvl1.scale_step * height), round(tvl1.scale_step * width)
        if min(height, width) < SMALLEST_SIDE:
            break
        sizes.append((height, width))
    return sizes
