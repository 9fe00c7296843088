"""The configuration of the gaze stage."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.params import Section


class GazeConfig(Section):
    """Where the gaze files lie, and what becomes of their samples."""

    root: str
    """Folder that the gaze files' paths in gaze.csv start from."""
    required: bool
    """Whether a session without a readable gaze file, or a clip that lies beyond its recording,
    is quarantined. Else they are counted in the quality report alone."""
    tolerance_frames: Annotated[int, Field(ge=0)]
    """Frames that a clip may reach beyond the last frame of its gaze recording."""
    frame_base: int
    """The tracker's frame number that is frame 0 of the session video. BeGaze counts from 0;
    -1 delays the gaze by one frame, as some published readers do."""
    valid_kinds: Annotated[tuple[Literal["fixation", "saccade"], ...], Field(min_length=1)]
    """Kinds of samples that a frame's point may come from."""
    fill_frames: Annotated[int, Field(ge=0)]
    """Longest run of frames without a point that is bridged by a straight line; 0 bridges none."""
    map_height: Annotated[int, Field(ge=1)]
    """Rows of the stored gaze maps."""
    map_width: Annotated[int, Field(ge=1)]
    """Columns of the stored gaze maps."""
    map_sigma_share: Annotated[float, Field(gt=0)] = 0.5
    """Sigma of the stored maps as a share of their height (STAM, section 3.1: H/2)."""


def shaping_parameters(config: GazeConfig) -> dict[str, object]:
    """Return everything but the samples themselves that shapes a stored session."""
    return config.model_dump(mode="json", exclude={"root", "required", "tolerance_frames"})
