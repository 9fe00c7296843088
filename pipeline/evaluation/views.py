"""Which parts of its images a test sees, by name."""

from collections.abc import Callable

from pipeline.clips.augmentation import CORNERS_AND_CENTRE
from pipeline.clips.crop import centre_crop, check_fits, crop_at, whole_image
from pipeline.clips.view import View
from pipeline.evaluation.params import ProtocolConfig, ViewsName

FIRST_AND_LAST = (0, 4)
"""Ends of the long side, in quarters of the room."""


def centre(height: int, width: int, side: int) -> list[View]:
    """Return the square in the middle."""
    return [View(centre_crop(height, width, side), None, is_mirrored=False)]


def full(height: int, width: int, side: int) -> list[View]:  # noqa: ARG001
    """Return the whole image at its stored size."""
    return [View(whole_image(height, width), None, is_mirrored=False)]


def three_crops(height: int, width: int, side: int) -> list[View]:
    """Return squares in the middle and at both ends of the long side (TSM's option test_crops).

    Differs from TSM's code: the last square ends at the image's border, which theirs may miss by
    three pixels.
    """
    is_wide = width >= height
    ends = [(2, end) if is_wide else (end, 2) for end in FIRST_AND_LAST]
    crops = [crop_at(height, width, (side, side), quarters) for quarters in ends]
    return centre(height, width, side) + [View(crop, None, is_mirrored=False) for crop in crops]


def ten_crops(height: int, width: int, side: int) -> list[View]:
    """Return squares in the centre and the corners, each mirrored too (TSN, section 3.2)."""
    crops = [
        crop_at(height, width, (side, side), quarters) for quarters in reversed(CORNERS_AND_CENTRE)
    ]
    return [View(crop, None, is_mirrored) for is_mirrored in (False, True) for crop in crops]


VIEWS: dict[ViewsName, Callable[[int, int, int], list[View]]] = {
    "centre": centre,
    "full": full,
    "three_crops": three_crops,
    "ten_crops": ten_crops,
}
"""Each takes height and width of the images and the square's side; the first view is the one that
maps are kept of."""


def views_of(protocol: ProtocolConfig, height: int, width: int) -> list[View]:
    """Return the views of a protocol for images of a size.

    Raises:
        CropError: the protocol's square is larger than the images.
    """
    side = protocol.crop or 0
    check_fits(height, width, side)
    return VIEWS[protocol.views](height, width, side)


def first_view(protocol: ProtocolConfig) -> ProtocolConfig:
    """Return the protocol with its first view alone, the one that maps are kept of."""
    return protocol.model_copy(update={"views": "full" if protocol.views == "full" else "centre"})


def count_views(protocol: ProtocolConfig) -> int:
    """Return how many views a protocol has of every window."""
    side = protocol.crop or 1
    return len(views_of(protocol, side, side))
