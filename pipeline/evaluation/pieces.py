"""Decoding for tests: a piece is some windows of a clip, of which each frame is decoded once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Int, UInt8
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from pipeline.clips.loader import take_one_core
from pipeline.clips.sampler_params import WindowsConfig
from pipeline.clips.view import view_images
from pipeline.evaluation.params import ProtocolConfig
from pipeline.evaluation.scores import ScoresError
from pipeline.evaluation.views import count_views, views_of

WINDOWS_A_PIECE = 32
"""Windows and views that a worker decodes at once: bounds the memory that a long clip takes."""


@runtime_checkable
class Clip(Protocol):
    """What inference needs of a row of the clip store."""

    @property
    def index(self) -> int:
        """Return its place in the store."""
        ...

    @property
    def name(self) -> str:
        """Return its name."""
        ...

    @property
    def num_frames(self) -> int:
        """Return its length."""
        ...


@runtime_checkable
class Images(Protocol):
    """What inference needs of a clip store."""

    def images(self, clip: int, indices: Int[np.ndarray, " T"]) -> UInt8[np.ndarray, "T H W C"]:
        """Return some frames of a clip."""
        ...


@runtime_checkable
class StreamImages(Images, Protocol):
    """A clip store that says whose images it gives."""

    @property
    def stream(self) -> str:
        """Return rgb or flow."""
        ...


@dataclass(frozen=True)
class Stream:
    """One stream of a test: who gives its images, and which of them make a window."""

    store: StreamImages
    windows: WindowsConfig


@dataclass(frozen=True)
class _Piece:
    """Windows ``first`` to ``first + count`` of a clip."""

    clip: Clip
    first: int
    count: int


Decoded = list[tuple[Tensor, Tensor]]
# Of each stream: images of every view (V, N, H, W, C), and where each window's lie there (M, T).


class Pieces(Dataset[Decoded]):
    """The decoded pieces of some clips, in order.

    Raises:
        ScoresError: a clip has more windows in one stream than in another.
    """

    def __init__(
        self, streams: Sequence[Stream], clips: Sequence[Clip], protocol: ProtocolConfig
    ) -> None:
        self._streams = streams
        self._protocol = protocol
        count = max(WINDOWS_A_PIECE // count_views(protocol), 1)
        self._pieces = [
            _Piece(clip, first, count)
            for clip in clips
            for first in range(0, _count_windows(streams, clip), count)
        ]

    def __len__(self) -> int:
        return len(self._pieces)

    def __getitem__(self, index: int) -> Decoded:
        return [self._decode(stream, self._pieces[index]) for stream in self._streams]

    def _decode(self, stream: Stream, piece: _Piece) -> tuple[Tensor, Tensor]:
        windows = stream.windows.windows(piece.clip.num_frames)[piece.first :][: piece.count]
        frames, places = np.unique(windows, return_inverse=True)
        images = stream.store.images(piece.clip.index, frames)
        views = views_of(self._protocol, *images.shape[1:3])
        seen = np.stack([view_images(images, view, stream.store.stream) for view in views])
        return torch.from_numpy(seen), torch.from_numpy(places.reshape(windows.shape))


def decoded_videos(
    streams: Sequence[Stream],
    clips: Sequence[Clip],
    protocol: ProtocolConfig,
    device: torch.device,
    workers: int,
) -> Iterator[tuple[UInt8[Tensor, "C T H W"], ...]]:
    """Yield each stream's video of every window in every view, in order, on the device."""
    loader = DataLoader(
        Pieces(streams, clips, protocol),
        batch_size=None,
        num_workers=workers,
        pin_memory=device.type == "cuda",
        worker_init_fn=take_one_core,
        generator=torch.Generator(),  # else the pass draws from the global random state
    )
    for piece in loader:
        images = [of_stream.to(device, non_blocking=True) for of_stream, _ in piece]
        places = [of_stream.to(device) for _, of_stream in piece]
        for window in range(len(places[0])):
            for view in range(len(images[0])):
                yield tuple(
                    of_stream[view, at[window]].movedim(-1, 0)  # (C, T, H, W)
                    for of_stream, at in zip(images, places, strict=True)
                )


def _count_windows(streams: Sequence[Stream], clip: Clip) -> int:
    counts = {
        stream.store.stream: len(stream.windows.windows(clip.num_frames)) for stream in streams
    }
    if len(set(counts.values())) > 1:
        raise ScoresError(
            f"clip '{clip.name}': found {counts} windows, expected as many in every stream; "
            "choose score.protocol.clips and flow_clips that agree"
        )
    return next(iter(counts.values()))
