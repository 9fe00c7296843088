"""The sections of pack, and of the part of training that draws clips."""

from typing import Literal

import pydantic

from pipeline.params import Section


class PackConfig(Section):
    """The stage pack."""

    max_quarantined_share: float = pydantic.Field(ge=0.0, le=1.0)
    """Share of the listed clips that may be left out, by all stages together, before the run
    stops."""


class SamplerConfig(Section):
    """Which frames of a training clip are seen."""

    frames: pydantic.PositiveInt = 16
    """Consecutive frames from a random start (STAM, section 4.2)."""


class AugmentationConfig(Section):
    """How the frames of a training clip are varied; one draw serves all frames of a clip."""

    crop: pydantic.PositiveInt
    """Side in pixels of the square cut at a random place (STAM: 224 of 320 x 240)."""
    flip: bool = True
    """Mirror half of the clips; flow x changes its sign and gaze follows."""


class GazeSupervisionConfig(Section):
    """Whose gaze a training clip is given: its own, a control's, or none."""

    source: Literal["real", "shuffled", "centre", "shifted", "none"]
    """``shuffled``: another training clip's; ``centre``: the middle of the image; ``shifted``:
    its own, moved in time."""
    shift_seconds: pydantic.PositiveFloat = 2.0
    """How far ``shifted`` moves, in a circle within the clip."""
    frames_per_second: pydantic.PositiveFloat = 24.0
    """Frame rate of the data set (EGTEA Gaze+: 24)."""
