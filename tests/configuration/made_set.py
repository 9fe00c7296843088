"""A tiny data set at the papers' image size, and weights under the published names.

Two training clips of noise, as pack leaves them, with all of the kitchen set's verbs among the
classes; and random weights for every key that the paper recipes begin with.
"""

from pathlib import Path
from unittest.mock import patch

import h5py
import numpy as np
import torch
from configuration.open_index import write_open_index

from models import published_keys
from pipeline.clips.pack import StoreDirs, pack_clips
from pipeline.clips.params import PackConfig
from pipeline.frames.encode import encode_grey, encode_rgb
from pipeline.frames.size import Size
from pipeline.frames.store import ImageWriter
from pipeline.models.build import build_recognizer
from pipeline.models.params import ModelConfig
from pipeline.params import validate
from pipeline.quarantine import write_quarantine
from pipeline.tables.clips import Clip, write_clips

SIDE, FRAMES, NUM_CLIPS = 256, 30, 2
NUM_CLASSES = {"action": 3, "verb": 7, "noun": 4}


def make_clips(data_dir: Path) -> None:
    """Write data/clips and data/index/classes.csv."""
    generator = np.random.default_rng(7)
    videos = [f"one/{clip}.mp4" for clip in range(NUM_CLIPS)]
    for kind in ("frames", "flow"):
        with ImageWriter(data_dir / kind / "one.h5", kind, {}) as writer:
            for video in videos:
                writer.add_video(video, Size(SIDE, SIDE), _images(kind, generator))
    starts = [clip * FRAMES for clip in range(NUM_CLIPS)]
    clips = [
        Clip(f"c{n}", "one", "P1", video, 0, FRAMES, start, start + FRAMES, n, n, (n,), "train")
        for n, (video, start) in enumerate(zip(videos, starts, strict=True))
    ]
    write_clips(data_dir / "index" / "clips.csv", clips)
    (data_dir / "index" / "classes.csv").write_text(_classes())
    (data_dir / "gaze").mkdir()
    with h5py.File(data_dir / "gaze" / "one.h5", "w") as file:
        file["points"] = generator.random((NUM_CLIPS * FRAMES, 2)).astype(np.float32)
        file["kind"] = np.ones(NUM_CLIPS * FRAMES, np.uint8)
        file["valid"] = np.ones(NUM_CLIPS * FRAMES, bool)
    for stage in ("index", "frames", "flow", "gaze"):
        write_quarantine(data_dir / "quarantine" / f"{stage}.csv", [])
    pack_clips(
        PackConfig(max_quarantined_share=0.0),
        clips_csv=data_dir / "index" / "clips.csv",
        stores=StoreDirs(data_dir / "frames", data_dir / "flow", data_dir / "gaze"),
        quarantine_dir=data_dir / "quarantine",
        out_dir=data_dir / "clips",
        summary_path=data_dir / "quarantine.json",
    )


def make_weights(root: Path) -> None:
    """Write models/pretrained with what the paper recipes begin with, and its index."""
    paths = write_open_index(root)
    for key, make in MAKERS.items():
        torch.save(make(), paths[key])


def _i3d(in_channels: int) -> dict[str, torch.Tensor]:
    """I3D of 400 classes, which piergiaj calls by our names without our first word."""
    values = {
        "backbone": "i3d", "width": 1.0, "attention": "none", "after": [], "head": "windows",
        "normalisation": "minus_one_one", "compat": "paper", "dropout": 0.0,
    }  # fmt: skip
    network = build_recognizer(validate(ModelConfig, values, "test"), in_channels, 400, seed=0)
    return {name.split(".", 1)[1]: value for name, value in network.state_dict().items()}


def _torchvision(blocks: tuple[int, ...], *, is_bottleneck: bool) -> dict[str, torch.Tensor]:
    """ResNet of 1000 classes."""
    with patch.object(published_keys, "BLOCKS", blocks):
        shapes = published_keys.resnet(is_bottleneck=is_bottleneck)
    shapes |= published_keys.linear("fc", 2048 if is_bottleneck else 512, 1000)
    generator = torch.Generator().manual_seed(0)
    return {name: _fill(name, shape, generator) for name, shape in shapes.items()}


def _fill(name: str, shape: list[int], generator: torch.Generator) -> torch.Tensor:
    if len(shape) == 1:
        is_one = name.endswith(("running_var", "weight"))
        return torch.ones(shape) if is_one else torch.zeros(shape)
    deviation = (2 / np.prod(shape[1:])) ** 0.5
    return torch.randn(shape, generator=generator) * deviation


MAKERS = {
    "i3d_kinetics_rgb": lambda: _i3d(3),
    "i3d_kinetics_flow": lambda: _i3d(2),
    "imagenet_resnet18": lambda: _torchvision((2, 2, 2, 2), is_bottleneck=False),
    "imagenet_resnet34": lambda: _torchvision((3, 4, 6, 3), is_bottleneck=False),
    "imagenet_resnet50": lambda: _torchvision((3, 4, 6, 3), is_bottleneck=True),
}


def _classes() -> str:
    rows = [
        f"{kind},{i},{i + 1},{kind}{i},,"
        for kind, count in NUM_CLASSES.items()
        for i in range(count)
    ]
    return "\n".join(["kind,id,source_id,name,verb,nouns", *rows, ""])


def _images(kind: str, generator: np.random.Generator) -> list[bytes]:
    if kind == "frames":
        shape = (FRAMES, SIDE, SIDE, 3)
        return [encode_rgb(image, 80) for image in generator.integers(0, 256, shape, np.uint8)]
    shape = (2 * (FRAMES - 1), SIDE, SIDE)
    return [encode_grey(image, 80) for image in generator.integers(0, 256, shape, np.uint8)]
