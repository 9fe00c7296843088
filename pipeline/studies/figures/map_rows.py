"""LSTA's figure 2 and W3's figure 3: frames of clips, and methods' maps over them, row by row."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from jaxtyping import UInt8
from pydantic import NonNegativeInt, PositiveInt

from pipeline.evaluation.explain import MapKind
from pipeline.frames.size import Size
from pipeline.overlays.pictures import draw_gaze, lay_over, resize_to_width, seen_part
from pipeline.overlays.text import text_width
from pipeline.params import Section
from pipeline.studies.figures.clip_frames import (
    ClipFrames,
    FrameMaps,
    read_frame_maps,
    read_frames,
)
from pipeline.studies.figures.figure import FigureParams
from pipeline.studies.figures.sheet import (
    GAP,
    TEXT,
    below,
    beside,
    encode_sheet,
    label,
    write_line,
)
from pipeline.studies.results import Results

INPUT = "frames and gaze"


class Shown(Section):
    """One row of pictures."""

    row: str
    """Whose maps."""
    stream: Literal["rgb", "flow"] = "rgb"
    """Of which stream."""
    title: str
    """What stands on its left."""


class MapRows(FigureParams):
    """Clips side by side, each with some frames; below them the same frames under maps."""

    name: Literal["map_rows"] = "map_rows"
    """Which figure."""
    of: list[Shown]
    """Rows of pictures, from above."""
    kind: MapKind = "attention"
    """The methods' own maps, or Grad-CAM++."""
    clips: PositiveInt = 3
    """How many test clips."""
    frames: PositiveInt = 5
    """Of each."""
    seed: NonNegativeInt = 0
    """Chooses the clips."""
    width: PositiveInt = 112
    """Of a picture, in pixels."""

    @property
    def rows(self) -> list[str]:
        """The rows of the study that it shows."""
        return list(dict.fromkeys(shown.row for shown in self.of))

    def draw(self, results: Results) -> bytes:
        """Return the figure as PNG."""
        clips = read_frames(
            results,
            self.of[0].row,
            num_clips=self.clips,
            num_frames=self.frames,
            seed=self.seed,
            kind=self.kind,
        )
        bands = [(INPUT, [self._frames(clip) for clip in clips])]
        for shown in self.of:
            maps = read_frame_maps(results, shown.row, shown.stream, clips, self.kind)
            strips = [self._overlays(*pair) for pair in zip(clips, maps, strict=True)]
            bands.append((shown.title, strips))
        side = max(text_width(title, TEXT) for title, _ in bands) + 4 * GAP
        heads = [write_line(clip.action, self._strip_width(), is_bold=True) for clip in clips]
        sheet = [label(beside(heads, 4 * GAP), "", side)]
        sheet += [label(beside(strips, 4 * GAP), title, side) for title, strips in bands]
        return encode_sheet(below(sheet))

    def _strip_width(self) -> int:
        return self.frames * (self.width + GAP) - GAP

    def _frames(self, clip: ClipFrames) -> UInt8[np.ndarray, "H W 3"]:
        pictures = [resize_to_width(image, self.width) for image in clip.images]
        return beside(_gazed(pictures, clip))

    def _overlays(self, clip: ClipFrames, maps: FrameMaps) -> UInt8[np.ndarray, "H W 3"]:
        pictures = []
        for image, values in zip(clip.images, maps.maps, strict=True):
            picture = resize_to_width(image, self.width)
            stored = Size(image.shape[1], image.shape[0])
            part = seen_part(stored, maps.crop, Size(self.width, len(picture)))
            pictures.append(lay_over(picture, values, part))
        return beside(pictures)


def _gazed(pictures: Sequence[np.ndarray], clip: ClipFrames) -> list[np.ndarray]:
    """Draw the gaze where there is one."""
    return [
        draw_gaze(picture, point) if is_gazed else picture
        for picture, point, is_gazed in zip(pictures, clip.gaze, clip.is_gazed, strict=True)
    ]
