"""The file that a phase leaves: weights, and all that is needed to build their network again."""

from dataclasses import dataclass
from pathlib import Path

import torch

from pipeline.clips.normalise import MINUS_ONE_ONE
from pipeline.models.params import ModelConfig
from pipeline.training.checkpoint import Weights, save_tensors


@dataclass(frozen=True)
class TrainedNetwork:
    """A network after a phase.

    Args:
        model: its configuration.
        in_channels: 3 for RGB, 2 for flow.
        num_classes: actions.
        weights: its tensors.
        epoch: the epoch they are of.
    """

    model: ModelConfig
    in_channels: int
    num_classes: int
    weights: Weights
    epoch: int


def write_trained(path: Path, trained: TrainedNetwork) -> None:
    """Write a network; equal ones give equal bytes."""
    content = {
        "phase": "train",
        "state": trained.weights,
        "model": trained.model.model_dump(mode="json"),
        "in_channels": trained.in_channels,
        "num_classes": trained.num_classes,
        "normalisation": MINUS_ONE_ONE,
        "epoch": trained.epoch,
    }
    save_tensors(path, content)


def write_pass_through(path: Path) -> None:
    """Write that a recipe has no such phase."""
    save_tensors(path, {"phase": None})


def is_pass_through(path: Path) -> bool:
    """Whether a file only says that there was no such phase."""
    content = torch.load(path, map_location="cpu", weights_only=True)
    return content["phase"] is None
