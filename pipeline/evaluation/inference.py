"""One pass of a model over clips: windows of many clips share a batch, answers come clip by clip.

Each frame is decoded once: a worker decodes a run of consecutive windows, and the windows are cut
out of it on the device.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, UInt8
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from pipeline.clips.crop import centre_crop, crop_images
from pipeline.clips.normalise import normalise
from pipeline.clips.sampling import windows
from pipeline.evaluation.params import ProtocolConfig
from pipeline.evaluation.protocol import window_weights
from pipeline.evaluation.scores import ScoresError

WINDOWS_A_PIECE = 32
"""Windows that a worker decodes at once: bounds the memory that a long clip takes."""

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


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


@dataclass(frozen=True)
class ClipOutputs:
    """What a model said of one clip.

    Args:
        clip: its index in the store.
        starts: first frame of each window, (M,).
        weights: the protocol's weight of each window, (M,), summing to one.
        logits: scores of each window, (M, K).
        features: pooled features of each window, (M, C).
        maps: attention maps of each window, (M, T', h, w); None where the method has none.
    """

    clip: int
    starts: Int[np.ndarray, " M"]
    weights: Float[np.ndarray, " M"]
    logits: Float32[np.ndarray, "M K"]
    features: Float32[np.ndarray, "M C"]
    maps: Float32[np.ndarray, "M t h w"] | None

    @property
    def clip_logits(self) -> Float32[np.ndarray, " K"]:
        """The clip's score under the protocol."""
        return (self.weights @ self.logits).astype(np.float32)

    @property
    def clip_features(self) -> Float32[np.ndarray, " C"]:
        """The clip's features, averaged as its scores are."""
        return (self.weights @ self.features).astype(np.float32)


@dataclass(frozen=True)
class _Piece:
    """Consecutive windows of a clip: frames to decode, and where each window's frames lie there."""

    position: int
    frames: Int[np.ndarray, " N"]
    places: Int[np.ndarray, "M L"]


class _Pieces(Dataset):
    """Decoded pieces: video (N, H, W, C), and the place of each window's frames there (M, L)."""

    def __init__(self, store: Images, clips: Sequence[Clip], protocol: ProtocolConfig) -> None:
        self._store = store
        self._clips = clips
        self._side = protocol.crop
        self._pieces = [
            piece
            for position, clip in enumerate(clips)
            for piece in _cut(
                position, windows(clip.num_frames, protocol.num_frames, protocol.stride)
            )
        ]

    def __len__(self) -> int:
        return len(self._pieces)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        piece = self._pieces[index]
        images = self._store.images(self._clips[piece.position].index, piece.frames)
        crop = centre_crop(images.shape[1], images.shape[2], self._side)
        video = np.ascontiguousarray(crop_images(images, crop))
        return torch.from_numpy(video), torch.from_numpy(piece.places)


def see_clips(
    store: Images,
    model: nn.Module,
    clips: Sequence[Clip],
    protocol: ProtocolConfig,
    *,
    batch_windows: int,
    precision: str,
    device: torch.device,
    workers: int,
) -> Iterator[ClipOutputs]:
    """Run a model over all windows of some clips, and yield each clip's outputs, in order.

    Args:
        store: gives the frames.
        model: a recognizer; it is put to evaluation mode on ``device``.
        clips: rows of the store.
        protocol: how a clip is seen.
        batch_windows: windows in a forward pass.
        precision: a key of `DTYPES`.
        device: where the model runs.
        workers: processes that decode beside this one; 0 decodes in it.

    Raises:
        ScoresError: a score is not finite.
    """
    model = model.to(device).eval()
    videos = _videos(store, clips, protocol, device, workers)
    answers = _answers(model, videos, batch_windows, DTYPES[precision])
    for clip in clips:
        frames = windows(clip.num_frames, protocol.num_frames, protocol.stride)
        rows = [next(answers) for _ in frames]
        logits, features, maps = zip(*rows, strict=True)
        if not np.isfinite(logits).all():
            raise ScoresError(
                f"clip '{clip.name}': the model's scores are not finite; it diverged: look at its "
                "training curves and lower its learning rate"
            )
        yield ClipOutputs(
            clip=clip.index,
            starts=frames[:, 0],
            weights=window_weights(frames, clip.num_frames, protocol.average),
            logits=np.stack(logits),
            features=np.stack(features),
            maps=None if maps[0] is None else np.stack(maps),
        )


def _cut(position: int, frames_seen: Int[np.ndarray, "M L"]) -> Iterator[_Piece]:
    """Cut a clip's windows into pieces whose frames are decoded once."""
    for first in range(0, len(frames_seen), WINDOWS_A_PIECE):
        some = frames_seen[first : first + WINDOWS_A_PIECE]
        frames, places = np.unique(some, return_inverse=True)
        yield _Piece(position, frames, places.reshape(some.shape))


def _videos(
    store: Images,
    clips: Sequence[Clip],
    protocol: ProtocolConfig,
    device: torch.device,
    workers: int,
) -> Iterator[UInt8[Tensor, "C T H W"]]:
    """Yield every window of every clip, in order, on the device."""
    loader = DataLoader(
        _Pieces(store, clips, protocol),
        batch_size=None,
        num_workers=workers,
        pin_memory=device.type == "cuda",
        worker_init_fn=_take_one_core,
        generator=torch.Generator(),  # else the pass draws from the global random state
    )
    for video, places in loader:
        on_device = video.to(device, non_blocking=True).movedim(-1, 0)  # (C, N, H, W)
        for frames in places.to(device):
            yield on_device[:, frames]  # (C, T, H, W)


def _take_one_core(_worker: int) -> None:
    """Keep a worker to one thread: as many workers as cores would else wait for each other."""
    import cv2

    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def _answers(
    model: nn.Module,
    videos: Iterator[UInt8[Tensor, "C T H W"]],
    batch_windows: int,
    dtype: torch.dtype,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
    """Yield logits (K,), features (C,) and maps (T', h, w) of each window, in order."""
    batch: list[Tensor] = []
    for video in videos:
        batch.append(video)
        if len(batch) == batch_windows:
            yield from _forward(model, batch, dtype)
            batch = []
    if batch:
        yield from _forward(model, batch, dtype)


@torch.inference_mode()
def _forward(
    model: nn.Module, batch: list[Tensor], dtype: torch.dtype
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
    """One forward pass of some windows."""
    video = normalise(torch.stack(batch))  # (B, C, T, H, W)
    is_reduced = dtype != torch.float32 and video.device.type == "cuda"
    with torch.autocast(video.device.type, dtype, enabled=is_reduced):
        seen = model(video)
    maps = [attended.map for attended in seen.attended.values() if attended.map is not None]
    logits = seen.logits.float().cpu().numpy()
    features = seen.features.float().cpu().numpy()
    last_maps = maps[-1].float().cpu().numpy() if maps else [None] * len(batch)
    return list(zip(logits, features, last_maps, strict=True))
