"""Points of one frame found again in the next: corners all over the picture, and their tracks."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

NUM_CELLS = 300
"""The picture is cut into about so many squares, and each gives at most its best corner: hands
and food, which have most of the texture, would take most of a list of the strongest."""
MIN_CELL_PIXELS = 4
"""Corners closer than that see the same texture twice."""
BORDER_PIXELS = 2
"""Of the picture, without corners: a gradient there is half made up."""
WEAKEST_CORNER = 1e-5
"""Of ``cv2.cornerMinEigenVal``: a change of 0.4 grey levels a pixel in every direction."""
WINDOW_PIXELS = 9
"""Side of what is compared around a corner."""
HALVINGS = 4
"""Of the tracker's pyramid, so that 0.3 of a picture's height is followed (docs/flow.md)."""
STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 20, 0.01)
"""A track ends after so many steps, or with a step below so many pixels."""
RETURN_PIXELS = 0.5
"""A track that, followed back, ends farther than this from its start is wrong."""


@dataclass(frozen=True)
class Matches:
    """The same points in two frames, x and y in pixels, of ``num_corners`` that were tried."""

    before: Float32[np.ndarray, "M 2"]
    after: Float32[np.ndarray, "M 2"]
    num_corners: int

    def __len__(self) -> int:
        return len(self.before)


def match_corners(before: UInt8[np.ndarray, "H W"], after: UInt8[np.ndarray, "H W"]) -> Matches:
    """Follow the corners of a frame into the next, keeping those that find their way back."""
    corners = spread_corners(before)
    if not len(corners):
        return Matches(corners, corners, 0)
    there, is_seen = _follow(before, after, corners)
    back, is_seen_again = _follow(after, before, there)
    is_kept = is_seen & is_seen_again
    is_kept &= np.linalg.norm(back - corners, axis=1) < RETURN_PIXELS
    return Matches(corners[is_kept], there[is_kept], len(corners))


def spread_corners(image: UInt8[np.ndarray, "H W"]) -> Float32[np.ndarray, "M 2"]:
    """Return the best corner (Shi and Tomasi, CVPR 1994) of each cell that has one."""
    strength = cv2.cornerMinEigenVal(image, blockSize=3)
    strength = strength[BORDER_PIXELS:-BORDER_PIXELS, BORDER_PIXELS:-BORDER_PIXELS]
    side = max(MIN_CELL_PIXELS, round(np.sqrt(image.size / NUM_CELLS)))
    rows, columns = (length // side for length in strength.shape)
    top, left = (length % side // 2 for length in strength.shape)
    cells = strength[top : top + rows * side, left : left + columns * side]
    cells = cells.reshape(rows, side, columns, side).swapaxes(1, 2)  # (rows, columns, side, side)
    cells = cells.reshape(rows * columns, side * side)
    best = cells.argmax(axis=1)
    row, column = np.divmod(np.arange(len(cells)), max(columns, 1))
    corners = np.stack([left + column * side + best % side, top + row * side + best // side], 1)
    is_corner = cells.max(axis=1, initial=0.0) > WEAKEST_CORNER
    return (corners[is_corner] + BORDER_PIXELS).astype(np.float32)


def _follow(
    image: UInt8[np.ndarray, "H W"],
    other: UInt8[np.ndarray, "H W"],
    points: Float32[np.ndarray, "M 2"],
) -> tuple[np.ndarray, np.ndarray]:
    """Return where points (M, 2) are in another image, and which (M,) of them are in it."""
    ends, is_seen, _ = cv2.calcOpticalFlowPyrLK(  # type: ignore[call-overload]
        image,
        other,
        points[:, None],
        None,
        winSize=(WINDOW_PIXELS, WINDOW_PIXELS),
        maxLevel=HALVINGS,
        criteria=STOP,
    )
    return ends[:, 0], is_seen[:, 0] > 0
