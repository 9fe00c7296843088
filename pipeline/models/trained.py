"""The file of a trained network: its weights, and all that is needed to build it again."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from pipeline.atomic import atomic_write
from pipeline.models.build import build_recognizer
from pipeline.models.errors import WeightsError
from pipeline.models.joint_params import TwoStreamConfig
from pipeline.models.key_maps import OWN_KIND
from pipeline.models.naming import Naming
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer
from pipeline.models.two_stream.build import build_two_stream
from pipeline.models.two_stream.two_stream import TwoStreamNetwork
from pipeline.models.weights import load_state
from pipeline.params import validate

Weights = dict[str, Tensor]

UNUSED_SEED = 0
"""Start values are drawn from it and all replaced by the file's."""


@dataclass(frozen=True)
class TrainedNetwork:
    """A network after a phase.

    Args:
        model: its configuration.
        in_channels: of an image: 3 for RGB, 2 for flow; None in a network of both streams.
        naming: the classes that it tells apart.
        weights: its tensors.
        epoch: the epoch they are of.
    """

    model: ModelConfig | TwoStreamConfig
    in_channels: int | None
    naming: Naming
    weights: Weights
    epoch: int


def write_trained(path: Path, trained: TrainedNetwork) -> None:
    """Write a network; equal ones give equal bytes."""
    content = {
        "phase": "train",
        "state": trained.weights,
        "model": trained.model.model_dump(mode="json"),
        "in_channels": trained.in_channels,
        "target": trained.naming.target,
        "num_classes": trained.naming.num_classes,
        "num_parts": dict(trained.naming.num_parts),
        "epoch": trained.epoch,
    }
    save_tensors(path, content)


def write_pass_through(path: Path) -> None:
    """Write that a recipe has no such phase."""
    save_tensors(path, {"phase": None})


def is_pass_through(path: Path) -> bool:
    """Whether a file only says that there was no such phase."""
    return _read(path)["phase"] is None


def read_trained(path: Path) -> TrainedNetwork:
    """Read what `write_trained` wrote; the weights are on the CPU.

    Raises:
        WeightsError: the file is absent, or holds no trained network.
    """
    content = _read(path)
    if content["phase"] is None:
        raise WeightsError(f"{path}: holds no trained network; run `dvc repro train joint`")
    return TrainedNetwork(
        model=_read_model(content["model"], f"{path} (model)"),
        in_channels=content["in_channels"],
        naming=Naming(content["target"], content["num_classes"], content["num_parts"]),
        weights=content["state"],
        epoch=content["epoch"],
    )


def build_trained(trained: TrainedNetwork, source: Path) -> Recognizer | TwoStreamNetwork:
    """Build a network with its weights, on the CPU; `source` names it in errors.

    Raises:
        WeightsError: its weights do not fit its own description.
    """
    network = _build(trained)
    load_state(network, trained.weights, OWN_KIND, (), str(source))
    return network


def save_tensors(path: Path, content: object) -> None:
    """Write tensors and plain values atomically; equal content gives equal bytes.

    torch.save puts a file's own name into it, unless it is given an open file.
    """
    with atomic_write(path) as part, part.open("wb") as file:
        torch.save(content, file)


def _read_model(values: dict, where: str) -> ModelConfig | TwoStreamConfig:
    if "network" in values:
        return validate(TwoStreamConfig, values, where)
    return validate(ModelConfig, values, where)


def _build(trained: TrainedNetwork) -> Recognizer | TwoStreamNetwork:
    naming, seed = trained.naming, UNUSED_SEED
    if isinstance(trained.model, TwoStreamConfig):
        return build_two_stream(trained.model, naming.num_classes, seed, naming.num_parts)
    channels = trained.in_channels or 0
    return build_recognizer(trained.model, channels, naming.num_classes, seed, naming.num_parts)


def _read(path: Path) -> dict:
    try:
        return dict(torch.load(path, map_location="cpu", weights_only=True))
    except FileNotFoundError:
        raise WeightsError(f"{path}: no such file; run `dvc repro train joint`") from None
