"""The file that a phase leaves: weights, and all that is needed to build their network again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from pipeline.models.build import build_recognizer
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer
from pipeline.models.weights import load_state
from pipeline.params import validate
from pipeline.training.checkpoint import Weights, save_tensors
from pipeline.training.term_params import Target

OWN_KIND = "fixate"
"""Whose names the tensors have: a key of `pipeline.models.key_maps.KEY_MAPS`."""

UNUSED_SEED = 0
"""Start values are drawn from it and all replaced by the file's."""


@dataclass(frozen=True)
class TrainedNetwork:
    """A network after a phase.

    Args:
        model: its configuration.
        in_channels: 3 for RGB, 2 for flow.
        target: which class of a clip its classifier names.
        num_classes: classes of that kind.
        num_parts: verbs and nouns of the data set, by kind, for classifiers that name them too.
        weights: its tensors.
        epoch: the epoch they are of.
    """

    model: ModelConfig
    in_channels: int
    target: Target
    num_classes: int
    num_parts: Mapping[str, int]
    weights: Weights
    epoch: int


def write_trained(path: Path, trained: TrainedNetwork) -> None:
    """Write a network; equal ones give equal bytes."""
    content = {
        "phase": "train",
        "state": trained.weights,
        "model": trained.model.model_dump(mode="json"),
        "in_channels": trained.in_channels,
        "target": trained.target,
        "num_classes": trained.num_classes,
        "num_parts": dict(trained.num_parts),
        "normalisation": trained.model.normalisation,
        "epoch": trained.epoch,
    }
    save_tensors(path, content)


def read_trained(path: Path) -> TrainedNetwork:
    """Read what `write_trained` wrote; the weights are on the CPU."""
    content = torch.load(path, map_location="cpu", weights_only=True)
    return TrainedNetwork(
        model=validate(ModelConfig, content["model"], f"{path} (model)"),
        in_channels=content["in_channels"],
        target=content["target"],
        num_classes=content["num_classes"],
        num_parts=content["num_parts"],
        weights=content["state"],
        epoch=content["epoch"],
    )


def build_trained(path: Path) -> Recognizer:
    """Build the network that a phase left, on the CPU.

    Raises:
        WeightsError: its weights do not fit its own description.
    """
    trained = read_trained(path)
    network = build_recognizer(
        trained.model, trained.in_channels, trained.num_classes, UNUSED_SEED, trained.num_parts
    )
    load_state(network, trained.weights, OWN_KIND, (), str(path))
    return network


def write_pass_through(path: Path) -> None:
    """Write that a recipe has no such phase."""
    save_tensors(path, {"phase": None})


def is_pass_through(path: Path) -> bool:
    """Whether a file only says that there was no such phase."""
    content = torch.load(path, map_location="cpu", weights_only=True)
    return content["phase"] is None
