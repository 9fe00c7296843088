"""Clips seen in both streams at once, for networks that learn from both."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.clips.batch import Batch, Sample, collate
from pipeline.clips.dataset import EvaluationClips, TrainingClips


class StreamsError(ValueError):
    """Two streams whose samples do not belong to each other."""


@dataclass(frozen=True)
class TwoStreamSample:
    """One clip (or window) in both streams, cut and mirrored alike; the images may differ."""

    rgb: Sample
    flow: Sample


@dataclass(frozen=True)
class TwoStreamBatch:
    """Samples side by side. Labels are equal in both; gaze is that of each stream's images."""

    rgb: Batch
    flow: Batch

    def __len__(self) -> int:
        return len(self.rgb)

    @property
    def videos(self) -> tuple[UInt8[Tensor, "B C T H W"], ...]:
        """What a network is shown: RGB's video and flow's."""
        return (self.rgb.video, self.flow.video)

    @property
    def labelled(self) -> Batch:
        """Whose clips, labels and gaze count: RGB's."""
        return self.rgb

    def to(self, device: torch.device) -> "TwoStreamBatch":
        """Return the batch on a device; from pinned memory it is copied in the background."""
        return TwoStreamBatch(self.rgb.to(device), self.flow.to(device))

    def pin_memory(self) -> "TwoStreamBatch":
        """Return the batch in page-locked memory; the loader calls this by its name."""
        return TwoStreamBatch(self.rgb.pin_memory(), self.flow.pin_memory())


AnyBatch = Batch | TwoStreamBatch
"""What a network of one stream, or of two, learns from."""


class TwoStreamClips(Dataset[TwoStreamSample]):
    """Training clips in both streams, each with its own sampler, under one augmentation.

    RGB's sample is that of its stream alone, flow's shows the same view: the same rectangle,
    mirrored or not. Where the samplers are equal, so are the frames.

    Args:
        rgb: draws the views.
        flow: of the same clips and seed; its own augmentation is not asked.
    """

    def __init__(self, rgb: TrainingClips, flow: TrainingClips) -> None:
        self.rgb = rgb
        self.flow = flow

    def __getitem__(self, item: tuple[int, int]) -> TwoStreamSample:
        rgb, view = self.rgb.see(item, None)
        return TwoStreamSample(rgb, self.flow.see(item, view)[0])


class TwoStreamWindows(Dataset[TwoStreamSample]):
    """All windows of some clips in both streams; a window of RGB goes with flow's of its number.

    Raises:
        StreamsError: a clip has more windows in one stream than in the other.
    """

    def __init__(self, rgb: EvaluationClips, flow: EvaluationClips) -> None:
        if [clip for clip, _ in rgb.items] != [clip for clip, _ in flow.items]:
            raise StreamsError(
                f"found {len(rgb)} windows of RGB and {len(flow)} of flow, expected as many of "
                "each clip; choose samplers that give both streams as many windows"
            )
        self.rgb = rgb
        self.flow = flow

    def __len__(self) -> int:
        return len(self.rgb)

    def __getitem__(self, item: int) -> TwoStreamSample:
        return TwoStreamSample(self.rgb[item], self.flow[item])


def collate_two_stream(samples: Sequence[TwoStreamSample]) -> TwoStreamBatch:
    """Put samples into one batch, in their order."""
    return TwoStreamBatch(
        rgb=collate([sample.rgb for sample in samples]),
        flow=collate([sample.flow for sample in samples]),
    )
