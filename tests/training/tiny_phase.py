"""A tiny phase of a tiny network, and what it needs to run; also for processes of their own."""

import time
from pathlib import Path

import torch

from pipeline.memo import Memo
from pipeline.params import validate
from pipeline.training.distributed import Group
from pipeline.training.params import TrainConfig
from pipeline.training.phase import PhasePaths, run_phase
from pipeline.training.run import Machine

PHASE = {
    "attention": "stam",
    "initial": {"name": "scratch"},
    "optimizer": {"name": "sgd", "lr": 0.02, "momentum": 0.9, "weight_decay": 1e-7},
    "schedule": {"name": "step", "milestones": [3], "factor": 0.1},
    "epochs": 3,
    "batch_size": 4,
    "losses": [
        {"name": "cross_entropy", "weight": 1.0},
        {"name": "gaze_mse", "weight": 0.1},
    ],
    "sampler": {"name": "dense", "frames": 8},
    "augmentation": {"name": "random_crop", "crop": 33, "flip": True},
    "trainable": ["*"],
    "batch_norm": "train",
    "precision": "float32",
    "validation": {"every_epochs": 1},
    "keep": "last",
}
MODEL = {
    "backbone": "i3d",
    "width": 0.05,
    "attention": "stam",
    "after": ["Mixed_5c"],
    "head": "windows",
    "normalisation": "minus_one_one",
    "compat": "paper",
    "dropout": 0.5,
}


def make_config(model: dict[str, object] = MODEL, /, **changes: object) -> TrainConfig:
    """Return a stage's configuration with changes of its phase."""
    values = {
        "stream": "rgb",
        "phase": {**PHASE, **changes},
        "model": model,
        "seed": 3,
        "gaze": {"source": "real"},
    }
    return validate(TrainConfig, values, "test")


def make_paths(data_dir: Path, out: Path, previous: Path | None = None) -> PhasePaths:
    return PhasePaths(
        clips_dir=data_dir / "clips",
        classes_csv=data_dir / "index" / "classes.csv",
        previous=previous,
        root=out,
        model=out / "model.pt",
        curve=out / "train.csv",
    )


def make_memo(folder: Path) -> Memo:
    return Memo(folder, ())


ALONE_ON_CPU = Group(rank=0, world=1, device=torch.device("cpu"))


class Tick:
    """A clock by which every checkpoint is long due."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1000.0
        return self.now


def silent(_row, _iteration):
    """Log nothing."""


def train_phase(
    config, data_dir, out, *, previous=None, work=None, clock=time.monotonic, log=silent
):
    """Train in this process, and return where the weights and the curve are."""
    paths = make_paths(data_dir, out, previous)
    machine = Machine(group=ALONE_ON_CPU, workers=0, clock=clock)
    run_phase(config, paths, make_memo(work or out / "work"), machine, log)
    return paths
