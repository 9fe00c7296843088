"""The configuration of the frames stage."""

from typing import Annotated

from pydantic import AfterValidator, Field

from pipeline.frames.size import check_size
from pipeline.params import Section


class FramesConfig(Section):
    """What shapes the stored frames."""

    root: str
    """Folder that the videos' paths in sessions.csv start from."""
    size: Annotated[int | str, AfterValidator(check_size)]
    """Short side in pixels (the aspect is kept), or exactly 'WIDTHxHEIGHT' such as '320x240'."""
    quality: Annotated[int, Field(ge=1, le=100)]
    """JPEG quality of the stored frames; chroma is never subsampled."""
