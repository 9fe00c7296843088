"""A batch: clips that travel together to the device, with their labels and gaze."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int64, UInt8
from torch import Tensor


@dataclass(frozen=True)
class Sample:
    """One clip (or window) as the model sees it, before it is put into a batch.

    Args:
        video: cut and mirrored levels, contiguous.
        clip: index in the clip store.
        frames: numbers of the frames within the clip.
        gaze: points in the cut image, zero where invalid.
        gaze_valid: usable for supervision and inside the cut image.
    """

    video: UInt8[np.ndarray, "C T H W"]
    action: int
    verb: int
    noun: int
    clip: int
    frames: Int64[np.ndarray, " T"]
    gaze: Float32[np.ndarray, "T 2"]
    gaze_valid: Bool[np.ndarray, " T"]


@dataclass(frozen=True)
class Batch:
    """Samples side by side.

    Args:
        video: levels 0 … 255; `normalise` makes them the model's input.
        action: class ids.
        verb: class ids, -1 in a set without verbs.
        noun: class ids of the first noun, -1 for a clip without.
        clip: indices in the clip store.
        frames: numbers of the frames within their clips.
        gaze: points in [0, 1] of the cut image, x then y, zero where invalid.
        gaze_valid: usable for supervision and inside the cut image.
    """

    video: UInt8[Tensor, "B C T H W"]
    action: Int64[Tensor, " B"]
    verb: Int64[Tensor, " B"]
    noun: Int64[Tensor, " B"]
    clip: Int64[Tensor, " B"]
    frames: Int64[Tensor, "B T"]
    gaze: Float32[Tensor, "B T 2"]
    gaze_valid: Bool[Tensor, "B T"]

    def __len__(self) -> int:
        return len(self.clip)

    @property
    def videos(self) -> tuple[UInt8[Tensor, "B C T H W"], ...]:
        """What a network is shown: the one video."""
        return (self.video,)

    @property
    def labelled(self) -> "Batch":
        """Whose clips, labels and gaze count."""
        return self

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device; from pinned memory it is copied in the background."""
        return Batch(
            **{
                field.name: getattr(self, field.name).to(device, non_blocking=True)
                for field in fields(self)
            }
        )

    def pin_memory(self) -> "Batch":
        """Return the batch in page-locked memory; the loader calls this by its name."""
        return Batch(
            **{field.name: getattr(self, field.name).pin_memory() for field in fields(self)}
        )


def collate(samples: Sequence[Sample]) -> Batch:
    """Put samples into one batch, in their order."""
    return Batch(
        video=_stack([sample.video for sample in samples]),
        action=torch.tensor([sample.action for sample in samples]),
        verb=torch.tensor([sample.verb for sample in samples]),
        noun=torch.tensor([sample.noun for sample in samples]),
        clip=torch.tensor([sample.clip for sample in samples]),
        frames=_stack([sample.frames for sample in samples]),
        gaze=_stack([sample.gaze for sample in samples]),
        gaze_valid=_stack([sample.gaze_valid for sample in samples]),
    )


def _stack(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.stack(arrays))
