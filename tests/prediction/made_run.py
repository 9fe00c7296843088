"""A finished run as the graph leaves it: tiny networks, settings, index and scores."""

import json
from pathlib import Path

import numpy as np
from made_configs import FLOW, GAZE

from pipeline.evaluation.params import FuseConfig, ScoringConfig
from pipeline.evaluation.scores import Scores, write_scores
from pipeline.frames.params import FramesConfig
from pipeline.memo import file_digest
from pipeline.models.build import build_recognizer
from pipeline.models.joint_params import TwoStreamConfig
from pipeline.models.naming import Naming
from pipeline.models.params import ModelConfig
from pipeline.models.trained import TrainedNetwork, write_pass_through, write_trained
from pipeline.models.two_stream.build import build_two_stream
from pipeline.params import validate, write_section
from pipeline.tables.classes import LabelClass, write_classes
from pipeline.tables.clips import Clip, write_clips

NAMES = ("Cut tomato", "Wash pan", "Take knife", "Ouvrir l'évier", "Put pan", "Pour milk")
SIDE, CROP = 32, 28
PLAIN = {
    "backbone": "i3d",
    "width": 0.125,
    "attention": "none",
    "after": [],
    "head": "windows",
    "normalisation": "minus_one_one",
    "compat": "paper",
    "dropout": 0.5,
}
STAM = {**PLAIN, "attention": "stam", "after": ["Mixed_4f"]}
WINDOWS = {"name": "windows", "frames": 8, "stride": 6}
SCORE = {"protocol": {"clips": WINDOWS, "crop": CROP, "average": "frames"}, "batch_windows": 3}


def make_run(root: Path, *, with_flow: bool = True, with_joint: bool = False, **fusion) -> Path:
    """Fill ``models``, ``data`` and ``reports``; validation has half of the scored clips."""
    _write_networks(root / "models", with_flow=with_flow, with_joint=with_joint)
    config = root / "data" / "config"
    write_section(config / "frames.yaml", FramesConfig(root="raw", size=SIDE, quality=95))
    write_section(config / "flow.yaml", FLOW)
    tests = {
        "rgb": SCORE,
        "flow": SCORE if with_flow else None,
        "joint": SCORE if with_joint else None,
    }
    write_section(config / "score.yaml", validate(ScoringConfig, tests, "test"))
    write_section(config / "fuse.yaml", validate(FuseConfig, fusion, "test"))
    write_section(config / "gaze.yaml", GAZE)
    _write_index(root / "data" / "index")
    for name in ("rgb", "flow", "joint", "fused"):
        write_scores(root / "data" / "scores" / f"{name}.h5", made_scores())
    write_rate(root, 24.0)
    return root


def write_rate(root: Path, rate: float | None) -> None:
    """Write of ``reports/metrics.json`` what tells how many frames a second the videos have."""
    fingerprint = {
        "images": {"frames": {"frames_per_second": rate}},
        "data": {"clips.csv": file_digest(root / "data" / "index" / "clips.csv")},
    }
    (root / "reports").mkdir(exist_ok=True)
    record = root / "reports" / "metrics.json"
    record.write_text(json.dumps({"fingerprint": fingerprint}))


def made_scores(parts=("validation", "test"), seed=4) -> Scores:
    """Return scores that are right on three clips of four; those of all seeds are of one truth."""
    generator = np.random.default_rng(4)
    labels = generator.integers(len(NAMES), size=40)
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(40, len(NAMES))).astype(np.float32)
    logits[np.arange(40), labels] += 2
    return Scores(
        clips=np.array([f"c{number}" for number in range(40)]),
        parts=np.array(parts * (40 // len(parts))),
        labels=labels,
        logits=logits,
        protocol={"fusion": {"weights": [0.3, 0.7], "temperatures": [0.5, 2.0]}},
    )


def _write_networks(models: Path, *, with_flow: bool, with_joint: bool) -> None:
    (models / "rgb").mkdir(parents=True)
    (models / "flow").mkdir()
    _write_stream(models / "rgb" / "model.pt", STAM, 3)
    write_pass_through(models / "joint.pt")
    if with_flow:
        _write_stream(models / "flow" / "model.pt", PLAIN, 2)
    else:
        write_pass_through(models / "flow" / "model.pt")
    if with_joint:
        _write_joint(models / "joint.pt")


def _write_stream(path: Path, values: dict, channels: int) -> None:
    model = ModelConfig(**values)
    weights = build_recognizer(model, channels, len(NAMES), seed=channels).state_dict()
    naming = Naming("action", len(NAMES), {})
    write_trained(path, TrainedNetwork(model, channels, naming, weights, epoch=1))


def _write_joint(path: Path) -> None:
    own = {**PLAIN, "head": "clip"}
    model = validate(TwoStreamConfig, {"network": "concat", "rgb": own, "flow": own}, "test")
    weights = build_two_stream(model, len(NAMES), 3, {}).state_dict()
    naming = Naming("action", len(NAMES), {})
    write_trained(path, TrainedNetwork(model, None, naming, weights, epoch=1))


def _write_index(index: Path) -> None:
    classes = [
        LabelClass("action", number, str(number + 1), name, None, ())
        for number, name in enumerate(NAMES)
    ]
    write_classes(index / "classes.csv", classes)
    write_clips(
        index / "clips.csv",
        [
            Clip(f"c{n}", "S1", "P1", "S1/a.mp4", 0, length, 0, length, 0, None, (), part)
            for n, (length, part) in enumerate(((12, "train"), (20, "train"), (900, "test")))
        ],
    )
