"""The stage joint: both streams trained together, where the method does."""

from pathlib import Path

import torch

from pipeline.atomic import atomic_write
from pipeline.training.params import JointConfig


def run_joint(config: JointConfig, path: Path) -> None:
    """Write the joint model, or that there is none."""
    with atomic_write(path) as part, part.open("wb") as file:
        torch.save({"phase": config.phase}, file)
