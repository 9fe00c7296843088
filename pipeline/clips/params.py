"""The sections of pack, and of the part of training that draws clips."""

from typing import Annotated, Literal

import numpy as np
import pydantic
from pydantic import Field, NonNegativeInt, PositiveInt

from pipeline.clips.augmentation import draw_corner, draw_square
from pipeline.clips.sampler_params import (
    CentreStack,
    Dense,
    RandomStack,
    Segments,
    Uniform,
)
from pipeline.clips.view import View
from pipeline.params import Section


class PackConfig(Section):
    """The stage pack."""

    max_quarantined_share: float = pydantic.Field(ge=0.0, le=1.0)
    """Share of the listed clips that may be left out, by all stages together, before the run
    stops."""
    needs_flow: bool = True
    """Whether the method looks at flow; else clips are packed without."""


SamplerConfig = Annotated[
    Dense | Uniform | Segments | CentreStack | RandomStack, Field(discriminator="name")
]
"""Which images of a training clip are seen."""


class RandomCrop(Section):
    """A square at a random place; one draw serves all images of a clip."""

    name: Literal["random_crop"]
    """Which augmentation."""
    crop: PositiveInt
    """Side of the square in stored pixels (STAM: 224 of 320 x 240; IGA: 224 of 340 x 256)."""
    flip: bool = True
    """Mirror half of the clips; flow x changes its sign and gaze follows."""

    def draw(self, height: int, width: int, generator: np.random.Generator) -> View:
        """Return how one clip is seen."""
        return draw_square(height, width, generator, side=self.crop, flip=self.flip)


class CornerCrop(Section):
    """A rectangle of one of some sizes at one of some places, resized to a square.

    TSN, section 3.2 (Wang et al., ECCV 2016). One draw serves all images of a clip.
    """

    name: Literal["corner_crop"]
    """Which augmentation."""
    crop: PositiveInt
    """Side in pixels of the square that the rectangle becomes (all: 224)."""
    scales: list[Annotated[float, Field(gt=0, le=1)]] = Field(min_length=1)
    """Rows and columns as shares of the images' short side (TSM: 1, .875, .75, .66, and for flow
    without the last; LSTA, ego-rnn: 1, .875, .75, .65625)."""
    max_distort: NonNegativeInt
    """How far apart in the list the scales of rows and columns may stand (TSM: 1; LSTA: 0)."""
    fixed_offsets: Literal[5, 13]
    """Places: 5, the corners and the centre (LSTA); 13, eight between them as well (TSM)."""
    flip: bool = True
    """Mirror half of the clips; flow x changes its sign and gaze follows. TSM mirrors no RGB of
    Something-Something, where left and right are classes, but its flow."""

    def draw(self, height: int, width: int, generator: np.random.Generator) -> View:
        """Return how one clip is seen."""
        return draw_corner(
            height,
            width,
            generator,
            side=self.crop,
            scales=self.scales,
            max_distort=self.max_distort,
            offsets=self.fixed_offsets,
            flip=self.flip,
        )


AugmentationConfig = Annotated[RandomCrop | CornerCrop, Field(discriminator="name")]
"""How the images of a training clip are varied."""


class GazeSupervisionConfig(Section):
    """Whose gaze a training clip is given: its own, a control's, or none."""

    source: Literal["real", "shuffled", "centre", "shifted", "none"]
    """``shuffled``: another training clip's; ``centre``: the middle of the image; ``shifted``:
    its own, moved in time."""
    shift_seconds: pydantic.PositiveFloat = 2.0
    """How far ``shifted`` moves, in a circle within the clip."""
    frames_per_second: pydantic.PositiveFloat = 24.0
    """Frame rate of the data set (EGTEA Gaze+: 24)."""
