"""The trained network of a stream, rebuilt from its checkpoint alone."""

from dataclasses import dataclass
from pathlib import Path

import torch

from pipeline.clips.normalise import MINUS_ONE_ONE
from pipeline.models.build import build_recognizer
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer
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
    content = read_checkpoint(path)
    if content.get("phase") is None:
        raise CheckpointError(f"{path}: holds no trained network; run `dvc repro train`")
    if content["normalisation"] != MINUS_ONE_ONE:
        raise CheckpointError(
            f"{path}: was trained on images normalised by '{content['normalisation']}', expected "
            f"'{MINUS_ONE_ONE}'; train it again with this version"
        )
    config = validate(ModelConfig, content["model"], f"{path} (model)")
    num_classes = int(str(content["num_classes"]))
    model = build_recognizer(config, in_channels, num_classes, UNUSED_SEED)
    state = content["state"]
    if not isinstance(state, dict):
        raise CheckpointError(f"{path}: found no tensors in 'state'; train it again")
    load_state(model, state, "fixate", (), str(path))
    return Trained(model, num_classes)


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
