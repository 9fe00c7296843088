"""STAM's figure 7: frames with the wearer's gaze, and the map of each as a grey picture below."""

from typing import Literal

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from pydantic import NonNegativeInt, PositiveInt

from pipeline.evaluation.explain import MapKind
from pipeline.frames.size import Size
from pipeline.overlays.pictures import draw_gaze, resize_to_width, seen_part
from pipeline.studies.figures.clip_frames import (
    ClipFrames,
    FrameMaps,
    read_frame_maps,
    read_frames,
)
from pipeline.studies.figures.figure import FigureParams
from pipeline.studies.figures.sheet import GAP, below, beside, encode_sheet, write_line
from pipeline.studies.results import Results

OUTSIDE = (198, 210, 226)
"""Colour of what the centre crop cuts off: the network has no map there, black would say zero."""


class GreyMaps(FigureParams):
    """Test clips in rows of three, each with some frames and their maps below them."""

    name: Literal["grey_maps"] = "grey_maps"
    """Which figure."""
    row: str
    """Whose maps."""
    stream: Literal["rgb", "flow"] = "rgb"
    """Of which stream."""
    kind: MapKind = "attention"
    """The method's own map, or Grad-CAM++."""
    clips: PositiveInt = 9
    """How many test clips."""
    frames: PositiveInt = 2
    """Of each."""
    across: PositiveInt = 3
    """Clips in a row."""
    seed: NonNegativeInt = 0
    """Chooses the clips."""
    width: PositiveInt = 208
    """Of a picture, in pixels."""

    @property
    def rows(self) -> list[str]:
        """The rows of the study that it shows."""
        return [self.row]

    def draw(self, results: Results) -> bytes:
        """Return the figure as PNG."""
        clips = read_frames(
            results,
            self.row,
            num_clips=self.clips,
            num_frames=self.frames,
            seed=self.seed,
            kind=self.kind,
        )
        maps = read_frame_maps(results, self.row, self.stream, clips, self.kind)
        blocks = [self._block(*pair) for pair in zip(clips, maps, strict=True)]
        rows = [blocks[start : start + self.across] for start in range(0, len(blocks), self.across)]
        return encode_sheet(below([beside(row, 4 * GAP) for row in rows], 4 * GAP))

    def _block(self, clip: ClipFrames, maps: FrameMaps) -> UInt8[np.ndarray, "H W 3"]:
        frames, greys = [], []
        for image, values, point, is_gazed in zip(
            clip.images, maps.maps, clip.gaze, clip.is_gazed, strict=True
        ):
            stored = Size(image.shape[1], image.shape[0])
            frame = resize_to_width(image, self.width)
            grey = grey_picture(values, Size(self.width, len(frame)), stored, maps.crop)
            frames.append(draw_gaze(frame, point) if is_gazed else frame)
            greys.append(draw_gaze(grey, point) if is_gazed else grey)
        rows = [beside(frames), beside(greys)]
        return below([write_line(clip.action, rows[0].shape[1], is_bold=True), *rows])


def grey_picture(
    values: Float[np.ndarray, "h w"], size: Size, stored: Size, crop: int | None
) -> UInt8[np.ndarray, "H W 3"]:
    """Return a map in [0, 1] as a picture of a frame's size: white is one, black zero.

    values: over the centre crop, or over the whole image without one.
    size: of the picture.
    stored: of the frame that the crop was taken from.
    crop: side of the centre crop in stored pixels.
    """
    picture = np.full((size.height, size.width, 3), OUTSIDE, np.uint8)
    part = seen_part(stored, crop, size)
    inside = picture[part].shape
    levels = cv2.resize(
        values.astype(np.float32), (inside[1], inside[0]), interpolation=cv2.INTER_LINEAR
    )
    picture[part] = (np.clip(levels, 0, 1) * 255).round().astype(np.uint8)[:, :, None]
    return picture
