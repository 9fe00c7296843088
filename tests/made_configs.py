"""Settings of flow and gaze as tests of several packages have them: fast, and valid."""

from pipeline.flow.params import FlowConfig
from pipeline.gaze.params import GazeConfig

FLOW = FlowConfig(
    preset="wide",
    semantics="opencv_cpu",
    backend="opencv",
    stabilise="none",
    bound_pixels=20.0,
    quality=95,
)
GAZE = GazeConfig(
    root="raw",
    required=True,
    tolerance_frames=2,
    frame_base=0,
    valid_kinds=("fixation", "saccade"),
    fill_frames=0,
    map_height=3,
    map_width=4,
)
