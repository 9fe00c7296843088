"""The stored size of a video, from its displayed size and the ``size`` param."""

import re
from dataclasses import dataclass

EXACT = re.compile(r"(\d{1,5})x(\d{1,5})")
SMALLEST_SIDE = 2


@dataclass(frozen=True)
class Size:
    """Width and height of an image in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def check_size(size: int | str) -> int | str:
    """Give the param back if it means a size.

    Raises:
        ValueError: it is neither a side nor 'WIDTHxHEIGHT', or a side is below 2 pixels.
    """
    sides = [size] if isinstance(size, int) else _exact_sides(size)
    if not sides or min(sides) < SMALLEST_SIDE:
        raise ValueError(
            "give the short side in pixels, such as 256, or 'WIDTHxHEIGHT', such as '320x240', "
            f"with sides of at least {SMALLEST_SIDE} pixels"
        )
    return size


def target_size(size: int | str, displayed: Size) -> Size:
    """Return the stored size of a video.

    A number is the length of the short side: the aspect is kept, and both sides are rounded to
    the nearest even number. A 'WIDTHxHEIGHT' is taken as it is, whatever the aspect.
    """
    if isinstance(size, str):
        width, height = _exact_sides(size)
        return Size(width, height)
    scale = size / min(displayed.width, displayed.height)
    return Size(_even(displayed.width * scale), _even(displayed.height * scale))


def _exact_sides(size: str) -> list[int]:
    found = EXACT.fullmatch(size)
    return [int(side) for side in found.groups()] if found else []


def _even(side: float) -> int:
    return max(SMALLEST_SIDE, 2 * int(side / 2 + 0.5))
