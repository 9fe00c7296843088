"""The trained network of one stream or of both, rebuilt from its checkpoint alone."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from pipeline.models.build import build_recognizer
from pipeline.models.joint_params import TwoStreamConfig
from pipeline.models.key_maps import OWN_KIND
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer
from pipeline.models.two_stream.build import build_two_stream
from pipeline.models.two_stream.two_stream import TwoStreamNetwork
from pipeline.models.weights import load_state
from pipeline.params import validate

UNUSED_SEED = 0
"""Start values are drawn from it and all replaced by the checkpoint's."""


class CheckpointError(ValueError):
    """A checkpoint that cannot be scored with."""


@dataclass(frozen=True)
class Trained:
    """A network with its number of classes."""

    model: Recognizer
    num_classes: int


def load_trained(path: Path, in_channels: int) -> Trained:
    """Build the network that a checkpoint describes, with its weights, on the CPU.

    Args:
        path: ``models/<stream>/model.pt``.
        in_channels: of the stream's images.

    Raises:
        CheckpointError: the file is absent, holds no trained network, or other inputs' network.
        WeightsError: its weights do not fit its own description.
    """
    content = _read_network(path)
    config = validate(ModelConfig, content["model"], f"{path} (model)")
    num_classes, num_parts = _counts(content)
    model = build_recognizer(config, in_channels, num_classes, UNUSED_SEED, num_parts)
    _fill(model, content, path)
    return Trained(model, num_classes)


def load_joint(path: Path) -> TwoStreamNetwork:
    """Build the network of both streams that a checkpoint describes, as `load_trained` does.

    path: ``models/joint.pt``.
    """
    content = _read_network(path)
    config = validate(TwoStreamConfig, content["model"], f"{path} (model)")
    num_classes, num_parts = _counts(content)
    model = build_two_stream(config, num_classes, UNUSED_SEED, num_parts)
    _fill(model, content, path)
    return model


def is_trained(path: Path) -> bool:
    """Whether a checkpoint holds a network; else the method has none there."""
    return read_checkpoint(path).get("phase") is not None


def read_checkpoint(path: Path) -> dict[str, object]:
    """Read a checkpoint's plain content, on the CPU.

    Raises:
        CheckpointError: the file is absent.
    """
    try:
        content: dict[str, object] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file; run `dvc repro train joint`") from None
    return content


def _read_network(path: Path) -> dict[str, object]:
    """A checkpoint's content, which must be of a network that names actions."""
    content = read_checkpoint(path)
    if content.get("phase") is None:
        raise CheckpointError(f"{path}: holds no trained network; run `dvc repro train joint`")
    if content.get("target", "action") != "action":
        raise CheckpointError(
            f"{path}: names a clip's {content['target']}, expected its action; score the model of "
            "the main phase"
        )
    return content


def _counts(content: dict[str, object]) -> tuple[int, dict[str, int]]:
    """Classes, and verbs and nouns by kind."""
    num_parts = content.get("num_parts")
    return int(str(content["num_classes"])), num_parts if isinstance(num_parts, dict) else {}


def _fill(model: nn.Module, content: dict[str, object], path: Path) -> None:
    state = content["state"]
    if not isinstance(state, dict):
        raise CheckpointError(f"{path}: found no tensors in 'state'; train it again")
    load_state(model, state, OWN_KIND, (), str(path))
