"""What a model looked at in the test clips, and its pooled features: ``data/explain/<s>.h5``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import torch
from jaxtyping import Float32, Int

from pipeline.atomic import atomic_hdf5
from pipeline.evaluation.inference import ClipOutputs, Network, see_clips
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.score import LabelledImages
from pipeline.progress import Progress

VERSION = 2
"""Raised when the same model and data would get another explanation; part of the memo key."""


class ExplainError(ValueError):
    """An explanation file that is absent or that lacks a clip."""


@dataclass(frozen=True)
class ClipMaps:
    """Attention over one clip.

    Args:
        frames: the images of each window, (M, T); image t belongs to step floor(t T' / T).
        maps: map of each window over the centre crop, (M, T', h, w), as the model used it.
        crop: side of the centre crop in stored pixels; None where maps are of the whole image.
    """

    frames: Int[np.ndarray, "M T"]
    maps: Float32[np.ndarray, "M t h w"]
    crop: int | None


def explain_stream(
    store: LabelledImages,
    model: Network,
    config: ScoreConfig,
    path: Path,
    *,
    label: str,
    device: torch.device,
    workers: int,
) -> int:
    """Write maps, features and scores of the test clips; returns how many clips have maps.

    A method without a map (``none``) leaves the group ``maps`` out. Of several attended places
    the last one's map is kept: it is nearest to the decision. Of several views the first one's is
    kept, which is the centre.
    """
    config = config.of(store.stream)
    clips = [clip for clip in store.clips if clip.part == "test"]
    outputs: list[ClipOutputs] = []
    with Progress(label, len(clips), "clip") as progress:
        for seen in see_clips(
            store,
            model,
            clips,
            config.protocol,
            batch_windows=config.batch_windows,
            precision=config.precision,
            device=device,
            workers=workers,
        ):
            outputs.append(seen)
            progress.advance()
    _write(path, [clip.name for clip in clips], outputs, config)
    return sum(seen.maps is not None for seen in outputs)


def explain_nothing(path: Path) -> None:
    """Write an explanation of no clip, as of a stream that the method does not have."""
    with atomic_hdf5(path) as file:
        file.create_dataset("clip", data=np.array([], object), dtype=h5py.string_dtype())
        file["first"] = np.zeros(1, np.int64)


def read_maps(path: Path, clips: Sequence[str]) -> dict[str, ClipMaps]:
    """Read the maps of some clips by name; empty where the method has no maps.

    Raises:
        ExplainError: the file is absent, or lacks a clip.
    """
    try:
        with h5py.File(path, "r") as file:
            if "maps" not in file:
                return {}
            names = file["clip"].asstr()[:].tolist()
            absent = sorted(set(clips) - set(names))
            if absent:
                raise ExplainError(
                    f"{path}: lacks {len(absent)} clips, first {absent[:3]}; "
                    "run `dvc repro explain`"
                )
            first = file["first"][:]
            crop = int(file.attrs["crop"]) if "crop" in file.attrs else None
            rows = {name: slice(*first[names.index(name) :][:2]) for name in clips}
            return {
                name: ClipMaps(file["window_frames"][row], file["maps"][row], crop)
                for name, row in rows.items()
            }
    except OSError as error:
        raise ExplainError(f"{path}: not readable ({error}); run `dvc repro explain`") from error


def _write(
    path: Path, names: Sequence[str], outputs: Sequence[ClipOutputs], config: ScoreConfig
) -> None:
    counts = [len(seen.frames) for seen in outputs]
    with atomic_hdf5(path) as file:
        file.create_dataset("clip", data=np.array(names, object), dtype=h5py.string_dtype())
        file["first"] = np.append(0, np.cumsum(counts)).astype(np.int64)
        frames = [seen.frames.astype(np.int32) for seen in outputs]
        file["window_frames"] = np.concatenate(frames) if frames else np.zeros((0, 0), np.int32)
        file["features"] = np.array([seen.clip_features for seen in outputs], np.float32)
        file["logits"] = np.array([seen.clip_logits for seen in outputs], np.float32)
        maps = [seen.maps for seen in outputs if seen.maps is not None]
        if maps:
            file["maps"] = np.concatenate(maps)
        if config.protocol.crop is not None:
            file.attrs["crop"] = config.protocol.crop
        file.attrs["protocol"] = config.protocol.model_dump_json()
