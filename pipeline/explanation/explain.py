"""What a network looked at and what speaks for its answers, written to ``data/explain/<s>.h5``."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import h5py
import numpy as np
import torch

from pipeline.atomic import atomic_hdf5
from pipeline.evaluation.explain import ExplainError, area_under
from pipeline.evaluation.inference import ClipOutputs, see_clips
from pipeline.evaluation.score import SCORED_PARTS, LabelledClip, LabelledImages
from pipeline.explanation.params import ExplainConfig
from pipeline.explanation.sample import choose_sample
from pipeline.explanation.sampled import Sampled, look_closer
from pipeline.models.recognizer import Recognizer
from pipeline.progress import Progress

Item = TypeVar("Item")

VERSION = 3
"""Raised when the same model and data would get another explanation; part of the memo key."""


def explain_stream(
    store: LabelledImages,
    network: Recognizer,
    config: ExplainConfig,
    path: Path,
    *,
    label: str,
    device: torch.device,
    workers: int,
) -> dict[str, float]:
    """Write maps, features and scores of validation and test clips, and a closer look at a few.

    A method without a map (``none``) leaves ``maps`` out. Of several attended places the last one's
    map is kept: it is nearest to the decision. Of several views the first one's is kept, which is
    the centre. The sample is of test clips; without any it is left out.

    Raises:
        ExplainError: images of several sizes are seen whole, so that their maps differ in size.

    Returns:
        numbers for the tracking store: clips with maps, and mean areas by kind of map.
    """
    config = config.model_copy(update={"protocol": config.protocol.of(store.stream)})
    clips = [clip for clip in store.clips if clip.part in SCORED_PARTS]
    sampled = _sample(clips, config)
    with atomic_hdf5(path) as file:
        outputs = _look(store, network, clips, config, device=device, workers=workers)
        seen = _write_outputs(file, clips, sampled, _counted(outputs, len(clips), label), config)
        numbers = {"explain/clips_with_maps": float(len(clips)) if "maps" in file else 0.0}
        if seen:
            closer = look_closer(store, network, seen, config, device=device, workers=workers)
            looks = list(_counted(closer, len(seen), f"{label}, sample"))
            numbers |= _write_sample(file.create_group("sample"), seen, looks, config)
    return numbers


def _look(
    store: LabelledImages,
    network: Recognizer,
    clips: Sequence[LabelledClip],
    config: ExplainConfig,
    *,
    device: torch.device,
    workers: int,
) -> Iterator[ClipOutputs]:
    """Look at clips as for their scores."""
    return see_clips(
        store,
        network,
        clips,
        config.protocol,
        batch_windows=config.batch_windows,
        precision=config.precision,
        device=device,
        workers=workers,
    )


def explain_nothing(path: Path) -> None:
    """Write an explanation of no clip, as of a stream that the method does not have."""
    with atomic_hdf5(path) as file:
        _write_clips(file, [], [])


def _sample(clips: Sequence[LabelledClip], config: ExplainConfig) -> list[int]:
    """Return rows of the sampled clips, in the order of choice."""
    test = [row for row, clip in enumerate(clips) if clip.part == "test"]
    chosen = choose_sample([clips[row].action for row in test], config.sample_clips, config.seed)
    return [test[row] for row in chosen]


def _write_outputs(
    file: h5py.File,
    clips: Sequence[LabelledClip],
    sampled: Sequence[int],
    outputs: Iterable[ClipOutputs],
    config: ExplainConfig,
) -> list[tuple[LabelledClip, ClipOutputs]]:
    """Write each clip as it comes; returns the sampled ones with what was said of them."""
    counts = [len(config.protocol.clips.windows(clip.num_frames)) for clip in clips]
    first = _write_clips(file, clips, counts)
    file["sampled"] = np.isin(np.arange(len(clips)), sampled)
    if config.protocol.crop is not None:
        file.attrs["crop"] = config.protocol.crop
    file.attrs["protocol"] = config.protocol.model_dump_json()
    kept: dict[int, ClipOutputs] = {}
    for row, seen in enumerate(outputs):
        windows = slice(first[row], first[row + 1])
        _fill(file, "window_frames", windows, first[-1], seen.frames.astype(np.int32))
        if seen.maps is not None:
            _fill(file, "maps", windows, first[-1], seen.maps)
        one = slice(row, row + 1)
        _fill(file, "features", one, len(clips), seen.clip_features[None])
        _fill(file, "logits", one, len(clips), seen.clip_logits[None])
        if row in sampled:
            kept[row] = seen
    return [(clips[row], kept[row]) for row in sampled]


def _write_clips(
    file: h5py.Group, clips: Sequence[LabelledClip], counts: Sequence[int]
) -> list[int]:
    """Write which clips there are and how many windows each has; returns where each one's begin."""
    first = [0, *accumulate(counts)]
    _write_words(file, "clip", [clip.name for clip in clips])
    _write_words(file, "part", [clip.part for clip in clips])
    file["first"] = np.array(first, np.int64)
    return first


def _write_sample(
    group: h5py.Group,
    seen: Sequence[tuple[LabelledClip, ClipOutputs]],
    looks: Sequence[Sampled],
    config: ExplainConfig,
) -> dict[str, float]:
    """Write the closer look at the sampled clips; returns the mean areas."""
    counts = [len(outputs.frames) for _, outputs in seen]
    first = _write_clips(group, [clip for clip, _ in seen], counts)
    for row, ((_, outputs), look) in enumerate(zip(seen, looks, strict=True)):
        windows = slice(first[row], first[row + 1])
        _fill(group, "window_frames", windows, first[-1], outputs.frames.astype(np.int32))
        _fill(group, "maps", windows, first[-1], look.grad_cam)
    group["action"] = np.array([look.action for look in looks], np.int64)
    group.attrs["place"] = looks[0].place
    group.attrs["removal"] = config.removal
    numbers = {}
    for kind in looks[0].curves:
        both = {
            "deletion": np.stack([look.curves[kind].deletion for look in looks]),
            "insertion": np.stack([look.curves[kind].insertion for look in looks]),
        }
        for name, curves in both.items():
            group[f"{name}/{kind}"] = curves
            numbers[f"explain/{name}/{kind}"] = float(area_under(curves).mean())
    return numbers


def _fill(file: h5py.Group, name: str, rows: slice, total: int, values: np.ndarray) -> None:
    """Write some rows of a data set, which is made at its first.

    Raises:
        ExplainError: they have another size than the rows before.
    """
    if name not in file:
        file.create_dataset(name, (total, *values.shape[1:]), values.dtype)
    if file[name].shape[1:] != values.shape[1:]:
        raise ExplainError(
            f"{name}: found {values.shape[1:]} of one clip and {file[name].shape[1:]} of others; "
            "let the recipe's score.protocol see a crop, or store all frames in one size by "
            "frames.size WIDTHxHEIGHT"
        )
    file[name][rows] = values


def _write_words(file: h5py.Group, name: str, words: Sequence[str]) -> None:
    file.create_dataset(name, data=np.array(words, object), dtype=h5py.string_dtype())


def _counted(items: Iterable[Item], total: int, label: str) -> Iterator[Item]:
    """Show progress."""
    with Progress(label, total, "clip") as progress:
        for item in items:
            yield item
            progress.advance()
