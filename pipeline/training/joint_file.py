"""The file that the stage joint leaves: weights, and all that is needed to build their network."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.models.joint_params import TwoStreamConfig
from pipeline.training.checkpoint import Weights, save_tensors
from pipeline.training.naming import Naming


@dataclass(frozen=True)
class TrainedJoint:
    """A network of both streams after its phase.

    Args:
        model: its configuration.
        naming: the classes that it tells apart.
        weights: its tensors.
        epoch: the epoch they are of.
    """

    model: TwoStreamConfig
    naming: Naming
    weights: Weights
    epoch: int


def write_joint(path: Path, trained: TrainedJoint) -> None:
    """Write a network; equal ones give equal bytes.

    `pipeline.evaluation.trained` reads it.
    """
    naming = trained.naming
    content = {
        "phase": "train",
        "state": trained.weights,
        "model": trained.model.model_dump(mode="json"),
        "target": naming.target,
        "num_classes": naming.num_classes,
        "num_parts": dict(naming.num_parts),
        "epoch": trained.epoch,
    }
    save_tensors(path, content)
