"""A small run's files, as the stages before report leave them."""

import csv
import json
from dataclasses import dataclass

import h5py
import numpy as np
import pytest

from pipeline.evaluation.scores import Scores, no_scores, write_scores
from pipeline.quarantine import Quarantined, write_quarantine
from pipeline.reporting.params import ReportConfig
from pipeline.reporting.report import Folders, Run, measure_run, write_figures, write_page

NAMES = ("Take cup", "Put cup", 'Cut <b>"tomato"</b> & onion', "Open fridge")
WINDOW, CROP = 6, 12
TRAINING = np.array([0, 1, 2])
LINK = "http://127.0.0.1:5000/#/experiments/1/runs"
RUN = Run("repro", f"{LINK}/2", LINK)


@dataclass(frozen=True)
class FakeClip:
    index: int
    name: str
    num_frames: int


class FakeStore:
    """Noise for frames, gaze that walks to the right and is lost in the last frames."""

    def __init__(self, names):
        self.clips = [FakeClip(index, name, 9) for index, name in enumerate(names)]

    def images(self, clip, indices):
        generator = np.random.default_rng(clip)
        return generator.integers(0, 255, (9, 14, 20, 3), dtype=np.uint8)[indices]

    def gaze(self, clip, indices):
        points = np.stack([indices / 9, np.full(len(indices), 0.4)], axis=1)
        return points.astype(np.float32), indices < 7


@pytest.fixture(scope="session")
def config():
    return ReportConfig(
        dataset="kitchen",
        recipe="demo",
        attention="stam",
        split="split1",
        validation="session",
        gaze="real",
        seed=0,
        overlay_clips=3,
    )


@pytest.fixture
def folders(tmp_path):
    return make_folders(tmp_path)


def make_folders(root):
    folders = Folders(root / "data", root / "models", root / "reports")
    write_index(folders)
    write_all_scores(folders)
    write_explanations(folders)
    write_curves(folders)
    write_clip_shard(folders)
    entry = Quarantined("frames", "S1", "S1-<3>", "", "decoding", "truncated & short")
    write_quarantine(folders.data / "quarantine" / "frames.csv", [entry])
    write_quarantine(folders.data / "quarantine" / "gaze.csv", [])
    quality = {"total": {"samples": 1234}, "sessions": {"S<1>": {"samples": 1234}}}
    folders.reports.mkdir(exist_ok=True)
    (folders.reports / "gaze_quality.json").write_text(json.dumps(quality))
    return folders


@pytest.fixture(scope="session")
def store():
    return FakeStore(clip_names())


def clip_names():
    return [f"S1-{number}" for number in range(8)]


def write_index(folders):
    index = folders.data / "index"
    index.mkdir(parents=True)
    with (index / "classes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "id", "source_id", "name", "verb", "nouns"])
        for number, name in enumerate(NAMES):
            writer.writerow(["action", number, number + 1, name, number % 2, f"{number}|0"])
        writer.writerow(["verb", 0, 1, "Take", "", ""])
    (index / "clips.csv").write_text("clip,subject\nS1-0,P1\n")


def write_all_scores(folders):
    generator = np.random.default_rng(5)
    for stream in ("rgb", "flow", "fused"):
        scores = Scores(
            clips=np.array(clip_names()[3:]),
            parts=np.array(["validation"] + ["test"] * 4),
            labels=np.array([0, 1, 2, 0, 1]),
            logits=generator.normal(size=(5, len(NAMES))).astype(np.float32),
            protocol={"stride": 8},
        )
        write_scores(folders.data / "scores" / f"{stream}.h5", scores)
    write_scores(folders.data / "scores" / "joint.h5", no_scores())


def write_explanations(folders):
    (folders.data / "explain").mkdir(parents=True)
    for stream in ("rgb", "flow"):
        with h5py.File(folders.data / "explain" / f"{stream}.h5", "w") as file:
            names = clip_names()[4:]
            file.create_dataset("clip", data=np.array(names, object), dtype=h5py.string_dtype())
            file["first"] = np.arange(0, 2 * len(names) + 1, 2)
            windows = np.array([[0], [3]]) + np.arange(WINDOW)
            file["window_frames"] = np.tile(windows, (len(names), 1))
            if stream == "rgb":
                file["maps"] = np.random.default_rng(0).random((8, 2, 3, 3), np.float32)
            file.attrs["crop"] = CROP


def write_curves(folders):
    for stream in ("rgb", "flow"):
        (folders.models / stream).mkdir(parents=True)
        (folders.models / stream / "model.pt").write_bytes(stream.encode())
        lines = [
            "epoch,iteration,lr,train/loss,val/loss,val/top1",
            "1,5,0.1,2.0,,",
            "2,9,0.1,1,1.5,.4",
        ]
        (folders.models / stream / "train.csv").write_text("\n".join(lines) + "\n")


def write_clip_shard(folders):
    (folders.data / "clips").mkdir(parents=True)
    with h5py.File(folders.data / "clips" / "S1.h5", "w") as file:
        file.attrs["frames_parameters"] = '{"width": 20, "height": 14}'
        file.attrs["flow_parameters"] = '{"bound": 20}'


@pytest.fixture(scope="session")
def made(tmp_path_factory, config, store):
    """Folders after the whole report was made, once; read only."""
    folders = make_folders(tmp_path_factory.mktemp("made"))
    results = measure_run(config, folders, TRAINING, {"python": "3.11"})
    write_figures(folders, results)
    write_page(config, folders, results, store, others=[], run=RUN)
    return folders
