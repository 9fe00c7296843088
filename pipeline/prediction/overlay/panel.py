"""The panel below the picture: the time, what is shown, and the best classes with bars."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from pipeline.overlays.text import Colour, draw_text, shorten, text_width
from pipeline.prediction.record import NUM_TOP, clock, top_classes

GROUND: Colour = (16, 20, 27)
TRACK: Colour = (38, 46, 60)
INK: Colour = (236, 240, 246)
QUIET: Colour = (148, 160, 178)
BARS: tuple[Colour, Colour] = ((255, 186, 73), (112, 132, 168))
"""Of the best class, and of the others."""
MARGIN, ROW, HEADER = 16, 26, 34
"""Pixels: to the sides, from class to class, and of the line above them."""
TEXT, SMALL = 15, 13
PANEL_HEIGHT = HEADER + NUM_TOP * ROW + 12
LINE_HEIGHT = 3
"""Of the line that shows how far into the video a frame is."""


@dataclass(frozen=True)
class Caption:
    """What the panel says beside the classes.

    Args:
        time: of the frame in seconds.
        share: of the video that is over, in [0, 1]; None where its length is not known.
        words: what is drawn and what confidences are.
    """

    time: float
    share: float | None
    words: str


def draw_panel(
    width: int, caption: Caption, names: Sequence[str], confidences: Float[np.ndarray, " K"]
) -> UInt8[np.ndarray, "h W 3"]:
    """Return the panel for a frame.

    Args:
        width: of the panel in pixels.
        caption: of the frame.
        names: of the classes.
        confidences: by class id.
    """
    panel = np.full((PANEL_HEIGHT, width, 3), GROUND, np.uint8)
    if caption.share is not None:
        panel[:LINE_HEIGHT] = TRACK
        panel[:LINE_HEIGHT, : round(width * caption.share)] = BARS[0]
    time = clock(caption.time)
    draw_text(panel, time, (MARGIN, HEADER - 10), TEXT, INK, is_bold=True)
    room = width - 3 * MARGIN - text_width(time, TEXT, is_bold=True)
    words = shorten(caption.words, SMALL, room)
    left = width - MARGIN - text_width(words, SMALL)
    draw_text(panel, words, (left, HEADER - 10), SMALL, QUIET)
    for row, action in enumerate(top_classes(confidences)):
        _draw_row(panel, row, names[action], float(confidences[action]))
    return panel


def _draw_row(panel: UInt8[np.ndarray, "h W 3"], row: int, name: str, confidence: float) -> None:
    """Draw a class: its name, a bar as long as its confidence, and the number."""
    width, is_best = panel.shape[1], row == 0
    line = HEADER + row * ROW + 18
    bar_left, bar_right = round(width * 0.45), width - MARGIN - 52
    ink = INK if is_best else QUIET
    shown = shorten(name, TEXT, bar_left - 2 * MARGIN, is_bold=is_best)
    draw_text(panel, shown, (MARGIN, line), TEXT, ink, is_bold=is_best)
    bar = panel[line - 11 : line + 1, bar_left:bar_right]
    bar[:] = TRACK
    bar[:, : round(bar.shape[1] * confidence)] = BARS[0 if is_best else 1]
    number = f"{confidence:.0%}"
    left = width - MARGIN - text_width(number, TEXT, is_bold=is_best)
    draw_text(panel, number, (left, line), TEXT, ink, is_bold=is_best)
