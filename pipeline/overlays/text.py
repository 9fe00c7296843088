"""Words on pictures in matplotlib's own font: OpenCV's letters are thin strokes without accents."""

import warnings
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

Colour = tuple[int, int, int]
FONTS = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
POINTS_A_PIXEL = 72
"""Dots an inch at which a font's size is in pixels."""
SUBPIXELS = 64
"""In which the font library measures."""
MOST_REMEMBERED = 512
"""Drawn words that are kept: classes come again and again, times do not."""
ELLIPSIS = "…"


@lru_cache(maxsize=MOST_REMEMBERED)
def text_mask(text: str, size: int, *, is_bold: bool) -> tuple[UInt8[np.ndarray, "h w"], int]:
    """Return a text's ink in 0..255, and how many of its rows lie below the line of writing.

    A sign that the font does not have is an empty box.
    """
    import matplotlib as mpl
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / FONTS[is_bold]))
    font.set_size(size, POINTS_A_PIXEL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        font.set_text(text, 0.0)
        font.draw_glyphs_to_bitmap(antialiased=True)
    return np.array(font.get_image()), round(font.get_descent() / SUBPIXELS)


def text_width(text: str, size: int, *, is_bold: bool = False) -> int:
    """Return how wide a text is, in pixels."""
    return text_mask(text, size, is_bold=is_bold)[0].shape[1] if text.strip() else 0


def shorten(text: str, size: int, room: int, *, is_bold: bool = False) -> str:
    """Return a text, cut by as many letters as it takes to fit into some pixels."""
    shown = text
    while shown and text_width(shown, size, is_bold=is_bold) > room:
        text = text[:-1]
        shown = text.rstrip() + ELLIPSIS if text else ""
    return shown


def draw_text(
    picture: UInt8[np.ndarray, "H W 3"],
    text: str,
    place: tuple[int, int],
    size: int,
    colour: Colour,
    *,
    is_bold: bool = False,
) -> None:
    """Write onto a picture; what would lie outside is left out.

    Args:
        picture: is written on.
        text: one line.
        place: x of its left end and y of the line it is written on.
        size: of the font in pixels.
        colour: red, green, blue.
        is_bold: whether letters are thick.
    """
    if not text.strip():
        return
    mask, below = text_mask(text, size, is_bold=is_bold)
    left, top = place[0], place[1] + below - len(mask)
    rows = slice(max(top, 0), min(top + len(mask), len(picture)))
    columns = slice(max(left, 0), min(left + mask.shape[1], picture.shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    ink = mask[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    share = ink[..., None].astype(np.float32) / 255  # (h, w, 1)
    ground = picture[rows, columns]
    ground[:] = np.rint(ground * (1 - share) + np.array(colour, np.float32) * share)
