"""Pictures put together to one sheet, with words beside and above them."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import UInt8

from pipeline.overlays.text import Colour, draw_text, shorten

PAPER: Colour = (255, 255, 255)
INK: Colour = (23, 32, 42)
QUIET: Colour = (106, 116, 131)
TEXT, LINE, GAP = 15, 22, 4
"""Size of letters, height of a line of them, and room between pictures, in pixels."""


def beside(pictures: Sequence[np.ndarray], gap: int = GAP) -> UInt8[np.ndarray, "H W 3"]:
    """Put pictures of one height side by side."""
    between = np.full((len(pictures[0]), gap, 3), PAPER, np.uint8)
    row = [part for picture in pictures for part in (picture, between)]
    return np.concatenate(row[:-1], axis=1)


def below(pictures: Sequence[np.ndarray], gap: int = GAP) -> UInt8[np.ndarray, "H W 3"]:
    """Put pictures under each other; narrower ones are filled up on their right."""
    width = max(picture.shape[1] for picture in pictures)
    between = np.full((gap, width, 3), PAPER, np.uint8)
    column = [part for picture in pictures for part in (_widen(picture, width), between)]
    return np.concatenate(column[:-1])


def write_line(words: str, width: int, *, is_bold: bool = False) -> UInt8[np.ndarray, "H W 3"]:
    """Return a line of words, cut where it is longer than the width."""
    line = np.full((LINE, width, 3), PAPER, np.uint8)
    shown = shorten(words, TEXT, width, is_bold=is_bold)
    draw_text(line, shown, (0, LINE - 7), TEXT, INK, is_bold=is_bold)
    return line


def label(picture: np.ndarray, words: str, width: int) -> UInt8[np.ndarray, "H W 3"]:
    """Return a picture with words on its left, at half of its height, in so many pixels."""
    side = np.full((len(picture), width, 3), PAPER, np.uint8)
    shown = shorten(words, TEXT, width - 2 * GAP)
    draw_text(side, shown, (0, len(picture) // 2 + TEXT // 3), TEXT, INK)
    return np.concatenate([side, picture], axis=1)


def encode_sheet(sheet: np.ndarray, margin: int = 3 * GAP) -> bytes:
    """Return a sheet with an empty margin, as PNG."""
    height, width = sheet.shape[:2]
    page = np.full((height + 2 * margin, width + 2 * margin, 3), PAPER, np.uint8)
    page[margin : margin + height, margin : margin + width] = sheet
    _, encoded = cv2.imencode(".png", page[:, :, ::-1])
    return encoded.tobytes()


def _widen(picture: np.ndarray, width: int) -> np.ndarray:
    missing = width - picture.shape[1]
    return np.pad(picture, ((0, 0), (0, missing), (0, 0)), constant_values=255)
