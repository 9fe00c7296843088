"""What a run will take in disk and time, from figures measured on the reference machine."""

from dataclasses import dataclass

from pipeline.annotations.source import SourceSize
from pipeline.flow.params import FlowConfig
from pipeline.frames.params import FramesConfig
from pipeline.frames.size import Size, target_size

FULL_SIZE = Size(320, 240)
FRAME_BYTES = 31_000
"""Of one 320 x 240 frame as JPEG q95 4:4:4 (reference/ecosystem.md, section 2)."""
FLOW_BYTES = 9_100
"""Of one 320 x 240 pair's two flow images (reference/ecosystem.md, section 3)."""
SECONDS_PER_PAIR = {"opencv": 0.53, "fast": 0.10}
"""Of one core at 320 x 240 by OpenCV's TV-L1, measured on real_clips (docs/frames_and_flow.md)."""


@dataclass(frozen=True)
class Estimate:
    """Disk for frames and flow, and time for flow, the slowest stage before training."""

    disk_bytes: float
    flow_seconds: float

    def __str__(self) -> str:
        disk, hours = self.disk_bytes / 1e9, self.flow_seconds / 3600
        size = f"{disk:.0f} GB" if disk >= 10 else f"{disk * 1000:.0f} MB"
        time = f"{hours:.0f} h" if hours >= 10 else f"{hours * 60:.0f} min"
        return f"about {size} for frames and flow, and {time} of TV-L1 on this machine"


def estimate(size: SourceSize, frames: FramesConfig, flow: FlowConfig, workers: int) -> Estimate:
    """Scale the measured figures to a data set; its frames count at their stored size."""
    stored = target_size(frames.size, FULL_SIZE)
    share = stored.width * stored.height / (FULL_SIZE.width * FULL_SIZE.height)
    return Estimate(
        disk_bytes=size.num_frames * share * (FRAME_BYTES + FLOW_BYTES),
        flow_seconds=size.num_frames * share * SECONDS_PER_PAIR[flow.preset] / workers,
    )
