"""One pass of a network over clips: windows of many clips share a batch, answers come by clip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, UInt8
from torch import Tensor, nn

from pipeline.evaluation.params import ProtocolConfig
from pipeline.evaluation.pieces import Clip, Images, Stream, StreamImages, decoded_videos
from pipeline.evaluation.protocol import clip_score, window_weights
from pipeline.evaluation.scores import ScoresError
from pipeline.evaluation.views import count_views
from pipeline.models.normalisations import NormalisationName
from pipeline.models.normalise import normalise

__all__ = [
    "Clip",
    "ClipOutputs",
    "Images",
    "StreamImages",
    "arithmetic",
    "see_clips",
    "see_two_streams",
]

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@runtime_checkable
class Network(Protocol):
    """A network, called with a normalised video of each of its streams, RGB's first."""

    @property
    def normalisations(self) -> tuple[NormalisationName, ...]:
        """Return how it wants each stream's levels."""
        ...

    def to(self, device: torch.device, /) -> nn.Module:
        """Bring it to a device."""
        ...


@dataclass(frozen=True)
class ClipOutputs:
    """What a network said of one clip.

    Args:
        clip: its index in the store.
        frames: the images of each window, RGB's where both streams are seen, (M, T).
        weights: the protocol's weight of each window, (M,), summing to one.
        logits: raw scores of each window, the mean over views, (M, K).
        clip_logits: the clip's score under the protocol, (K,).
        features: pooled features of each window, the mean over views, (M, C).
        maps: attention maps of each window in the first view, (M, T', h, w); None where the
            method has none.
    """

    clip: int
    frames: Int[np.ndarray, "M T"]
    weights: Float[np.ndarray, " M"]
    logits: Float32[np.ndarray, "M K"]
    clip_logits: Float32[np.ndarray, " K"]
    features: Float32[np.ndarray, "M C"]
    maps: Float32[np.ndarray, "M t h w"] | None

    @property
    def clip_features(self) -> Float32[np.ndarray, " C"]:
        """The clip's features, averaged as its scores are."""
        return (self.weights @ self.features).astype(np.float32)


@dataclass(frozen=True)
class _Answer:
    """What a network said of one window in one view: (K,), (C,), and (T', h, w) or None."""

    logits: Float32[np.ndarray, " K"]
    features: Float32[np.ndarray, " C"]
    map: Float32[np.ndarray, "t h w"] | None


def see_clips(
    store: StreamImages,
    model: Network,
    clips: Sequence[Clip],
    protocol: ProtocolConfig,
    *,
    batch_windows: int,
    precision: str,
    device: torch.device,
    workers: int,
) -> Iterator[ClipOutputs]:
    """Run a network over all windows of some clips, and yield each clip's outputs, in order.

    Args:
        store: gives the images.
        model: a recognizer; it is put to evaluation mode on ``device``.
        clips: rows of the store.
        protocol: how a clip is seen.
        batch_windows: windows in a forward pass.
        precision: a key of `DTYPES`.
        device: where the network runs.
        workers: processes that decode beside this one; 0 decodes in it.

    Raises:
        ScoresError: a score is not finite.
    """
    streams = [Stream(store, protocol.of(store.stream).clips)]
    videos = decoded_videos(streams, clips, protocol, device, workers)
    network = model.to(device).eval()
    answers = _answers(network, model.normalisations, videos, batch_windows, precision)
    return _gather(streams[0], clips, protocol, answers)


def see_two_streams(
    rgb: StreamImages,
    flow: StreamImages,
    model: Network,
    clips: Sequence[Clip],
    protocol: ProtocolConfig,
    *,
    batch_windows: int,
    precision: str,
    device: torch.device,
    workers: int,
) -> Iterator[ClipOutputs]:
    """Run a network of both streams over all windows of some clips; else as `see_clips`.

    A window of RGB is seen with flow's of the same number, both in the same view.

    Raises:
        ScoresError: a score is not finite, or a clip has more windows in one stream.
    """
    streams = [Stream(store, protocol.of(store.stream).clips) for store in (rgb, flow)]
    videos = decoded_videos(streams, clips, protocol, device, workers)
    network = model.to(device).eval()
    answers = _answers(network, model.normalisations, videos, batch_windows, precision)
    return _gather(streams[0], clips, protocol, answers)


def arithmetic(precision: str, device: torch.device) -> torch.autocast:
    """Return the context of a forward pass; a CPU always computes in float32."""
    dtype = DTYPES[precision]
    is_reduced = dtype != torch.float32 and device.type == "cuda"
    return torch.autocast(device.type, dtype, enabled=is_reduced)


def _gather(
    stream: Stream, clips: Sequence[Clip], protocol: ProtocolConfig, answers: Iterator[_Answer]
) -> Iterator[ClipOutputs]:
    """Put the answers of each clip's windows and views together."""
    num_views = count_views(protocol)
    for clip in clips:
        frames = stream.windows.windows(clip.num_frames)
        rows = [next(answers) for _ in range(len(frames) * num_views)]
        logits = np.stack([row.logits for row in rows])
        if not np.isfinite(logits).all():
            raise ScoresError(
                f"clip '{clip.name}': the model's scores are not finite; it diverged: look at its "
                "training curves and lower its learning rate"
            )
        maps = [row.map for row in rows[::num_views] if row.map is not None]
        weights = window_weights(frames, clip.num_frames, protocol.average)
        by_view = logits.reshape(len(frames), num_views, -1)  # (M, V, K)
        yield ClipOutputs(
            clip=clip.index,
            frames=frames,
            weights=weights,
            logits=by_view.mean(axis=1),
            clip_logits=clip_score(by_view, weights, protocol.scores),
            features=_mean_over_views(np.stack([row.features for row in rows]), num_views),
            maps=np.stack(maps) if maps else None,
        )


def _mean_over_views(
    rows: Float32[np.ndarray, "MV D"], num_views: int
) -> Float32[np.ndarray, "M D"]:
    return rows.reshape(-1, num_views, rows.shape[1]).mean(axis=1)


def _answers(
    network: nn.Module,
    normalisations: Sequence[NormalisationName],
    videos: Iterator[tuple[UInt8[Tensor, "C T H W"], ...]],
    batch_windows: int,
    precision: str,
) -> Iterator[_Answer]:
    """Look at some windows at a time, all of one size, and yield an answer to each, in order."""
    batch: list[tuple[Tensor, ...]] = []
    for video in videos:
        if batch and (len(batch) == batch_windows or batch[0][0].shape != video[0].shape):
            yield from _forward(network, normalisations, batch, precision)
            batch = []
        batch.append(video)
    if batch:
        yield from _forward(network, normalisations, batch, precision)


@torch.inference_mode()
def _forward(
    network: nn.Module,
    normalisations: Sequence[NormalisationName],
    batch: Sequence[tuple[Tensor, ...]],
    precision: str,
) -> list[_Answer]:
    """One forward pass of some windows."""
    streams = [torch.stack(stream) for stream in zip(*batch, strict=True)]  # (B, C, T, H, W)
    inputs = [normalise(video, name) for video, name in zip(streams, normalisations, strict=True)]
    with arithmetic(precision, inputs[0].device):
        seen = network(*inputs)
    maps = [attended.map for attended in seen.attended.values() if attended.map is not None]
    last_maps = maps[-1].float().cpu().numpy() if maps else [None] * len(batch)
    logits, features = seen.logits.float().cpu().numpy(), seen.features.float().cpu().numpy()
    return [_Answer(*row) for row in zip(logits, features, last_maps, strict=True)]
