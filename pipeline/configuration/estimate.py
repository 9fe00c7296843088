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
SECONDS_PER_PAIR = {
    "numba": {"opencv": 0.035, "wide": 0.017},
    "torch": {"opencv": 0.77, "wide": 0.42},
    "opencv": {"opencv": 1.29, "wide": 0.67},
}
"""Of one core at 320 x 240 and 2 to 8 pixels of motion, by backend and preset
(benchmarks/results/flow.json). Device backends take minutes where these take hours."""


@dataclass(frozen=True)
class Estimate:
    """Disk for frames and flow, and time for flow, the slowest stage before training.

    ``flow_seconds`` is None for a backend that works on a device.
    """

    disk_bytes: float
    flow_seconds: float | None

    def __str__(self) -> str:
        disk = self.disk_bytes / 1e9
        size = f"{disk:.0f} GB" if disk >= 10 else f"{disk * 1000:.0f} MB"
        if self.flow_seconds is None:
            return f"about {size} for frames and flow"
        hours = self.flow_seconds / 3600
        time = f"{hours:.0f} h" if hours >= 10 else f"{hours * 60:.0f} min"
        return f"about {size} for frames and flow, and {time} of TV-L1 on this machine"


def estimate(
    size: SourceSize, frames: FramesConfig, flow: FlowConfig, backend: str, workers: int
) -> Estimate:
    """Scale the measured figures to a data set; its frames count at their stored size."""
    stored = target_size(frames.size, FULL_SIZE)
    share = stored.width * stored.height / (FULL_SIZE.width * FULL_SIZE.height)
    num_frames = size.num_frames * share
    seconds = SECONDS_PER_PAIR.get(backend, {}).get(flow.preset)
    return Estimate(
        disk_bytes=num_frames * (FRAME_BYTES + FLOW_BYTES),
        flow_seconds=None if seconds is None else num_frames * seconds / workers,
    )
