"""A tiny data set as pack leaves it, and a tiny phase to train on it."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from pipeline.clips.pack import StoreDirs, pack_clips
from pipeline.clips.params import PackConfig
from pipeline.frames.encode import encode_grey, encode_rgb
from pipeline.frames.size import Size
from pipeline.frames.store import ImageWriter
from pipeline.quarantine import write_quarantine
from pipeline.tables.clips import Clip, write_clips

HEIGHT, WIDTH, FRAMES = 36, 40, 11
NUM_CLIPS, NUM_CLASSES, NUM_VERBS, NUM_NOUNS = 11, 3, 2, 4
PARTS = ["train"] * 8 + ["validation"] * 3


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder ``data``: one session, eleven clips of three classes, and its index.

    The first clip has neither a verb nor a noun.
    """
    root = tmp_path_factory.mktemp("training") / "data"
    generator = np.random.default_rng(7)
    clips = []
    videos = [f"one/{clip}.mp4" for clip in range(NUM_CLIPS)]
    for kind in ("frames", "flow"):
        with ImageWriter(root / kind / "one.h5", kind, {}) as writer:
            for video in videos:
                writer.add_video(video, Size(WIDTH, HEIGHT), _images(kind, generator))
    for clip, video in enumerate(videos):
        start = clip * FRAMES
        clips.append(
            Clip(
                f"c{clip}", "one", "P1", video, 0, FRAMES, start, start + FRAMES,
                clip % NUM_CLASSES, *_verb_and_nouns(clip), PARTS[clip],
            )
        )  # fmt: skip
    write_clips(root / "index" / "clips.csv", clips)
    (root / "index" / "classes.csv").write_text(_classes())
    _write_gaze(root / "gaze" / "one.h5", generator)
    for stage in ("index", "frames", "flow", "gaze"):
        write_quarantine(root / "quarantine" / f"{stage}.csv", [])
    pack_clips(
        PackConfig(max_quarantined_share=0.0),
        clips_csv=root / "index" / "clips.csv",
        stores=StoreDirs(root / "frames", root / "flow", root / "gaze"),
        quarantine_dir=root / "quarantine",
        out_dir=root / "clips",
        summary_path=root / "quarantine.json",
    )
    return root


def _verb_and_nouns(clip: int) -> tuple[int | None, tuple[int, ...]]:
    return (clip % NUM_VERBS, (clip % NUM_NOUNS, 0)) if clip else (None, ())


def _classes() -> str:
    counts = {"action": NUM_CLASSES, "verb": NUM_VERBS, "noun": NUM_NOUNS}
    rows = [
        f"{kind},{i},{i + 1},{kind}{i},," for kind, count in counts.items() for i in range(count)
    ]
    return "\n".join(["kind,id,source_id,name,verb,nouns", *rows, ""])


def _images(kind: str, generator: np.random.Generator) -> list[bytes]:
    if kind == "frames":
        shape = (FRAMES, HEIGHT, WIDTH, 3)
        return [encode_rgb(image, 95) for image in generator.integers(0, 256, shape, np.uint8)]
    shape = (2 * (FRAMES - 1), HEIGHT, WIDTH)
    return [encode_grey(image, 95) for image in generator.integers(0, 256, shape, np.uint8)]


def _write_gaze(path: Path, generator: np.random.Generator) -> None:
    path.parent.mkdir(parents=True)
    num_rows = NUM_CLIPS * FRAMES
    with h5py.File(path, "w") as file:
        file["points"] = generator.random((num_rows, 2)).astype(np.float32)
        file["kind"] = np.ones(num_rows, np.uint8)
        file["valid"] = generator.random(num_rows) > 0.3
