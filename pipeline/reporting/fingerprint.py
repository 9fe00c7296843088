"""What else than the protocol would change a number, gathered to stand beside it."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import h5py
import numpy as np
from jaxtyping import UInt8

from pipeline.evaluation.scores import read_scores
from pipeline.memo import file_digest
from pipeline.reporting.image_sample import ImageSample
from pipeline.reporting.params import ReportConfig

BINS = 32
LEVELS = 256
DIGITS = 4
"""Of a bin's share: enough to see another decoder, and the same on every machine."""
CHANNELS = {"frames": ("red", "green", "blue"), "flow": ("x", "y")}


def gather_fingerprint(
    config: ReportConfig,
    data_dir: Path,
    models_dir: Path,
    versions: Mapping[str, str],
    sample: ImageSample,
) -> dict[str, object]:
    """Return the run's choices, what shaped frames and flow, digests of data and models, versions.

    Args:
        config: the run's facts.
        data_dir: ``data``, which holds ``index``, ``clips`` and ``scores``.
        models_dir: ``models``, with a folder a stream, and ``joint.pt``.
        versions: of the packages and the interpreter.
        sample: of the stored images.
    """
    index = data_dir / "index"
    return {
        "recipe": config.recipe,
        "attention": config.attention,
        "gaze": config.gaze,
        "seed": config.seed,
        "frames": image_parameters(data_dir / "clips", "frames_parameters"),
        "flow": image_parameters(data_dir / "clips", "flow_parameters"),
        "images": describe_images(sample),
        "data": {name: file_digest(index / name) for name in ("clips.csv", "classes.csv")},
        "models": digest_models(models_dir, data_dir / "scores" / "joint.h5"),
        "versions": dict(versions),
    }


def digest_models(models_dir: Path, joint_scores: Path) -> dict[str, str]:
    """Return each stream's digest, and that of the network of both streams where there is one.

    A method without such a network leaves a file that says so, and scores of no clip.
    """
    models = {path.parent.name: path for path in sorted(models_dir.glob("*/model.pt"))}
    if len(read_scores(joint_scores).clips):
        models["joint"] = models_dir / "joint.pt"
    return {name: file_digest(path) for name, path in models.items()}


def image_parameters(clips_dir: Path, name: str) -> object:
    """What shaped the images of the sessions: one mapping, or a list where sessions differ."""
    found: list[object] = []
    for path in sorted(clips_dir.glob("*.h5")):
        with h5py.File(path, "r") as file:
            value = json.loads(file.attrs[name] or "{}")
        if value not in found:
            found.append(value)
    return found[0] if len(found) == 1 else found


def describe_images(sample: ImageSample) -> dict[str, dict[str, object]]:
    """Return size, rate and histograms of frames and flow, by which other images are told.

    A histogram is the share of levels in each of `BINS` equal bins from 0 to 255, all pixels of
    the sample taken together; flow's depend on its bound, which stands under ``flow``.
    """
    described: dict[str, dict[str, object]] = {}
    for kind, of_sessions in (("frames", sample.frames), ("flow", sample.flow)):
        if not of_sessions:
            continue
        images = list(of_sessions.values())
        sizes = sorted({f"{each.shape[2]}x{each.shape[1]}" for each in images})
        described[kind] = {
            "size": sizes[0] if len(sizes) == 1 else sizes,
            "images": sum(len(each) for each in images),
            **{
                name: histogram(each[..., channel] for each in images)
                for channel, name in enumerate(CHANNELS[kind])
            },
        }
    described["frames"]["frames_per_second"] = sample.frames_per_second
    return described


def histogram(levels: Iterable[UInt8[np.ndarray, "_ _ _"]]) -> list[float]:
    """Return the share of all levels in each of `BINS` bins of equal width."""
    counts = np.zeros(LEVELS, np.int64)
    for each in levels:
        counts += np.bincount(each.ravel(), minlength=LEVELS)
    shares = counts.reshape(BINS, -1).sum(axis=1) / max(counts.sum(), 1)
    return [round(float(share), DIGITS) for share in shares]
