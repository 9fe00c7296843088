"""Train both streams together, or pass through: ``python -m stages.joint``."""

from pathlib import Path

from pipeline.params import read_section
from pipeline.training.joint import run_joint
from pipeline.training.params import JointConfig
from stages.tracked import stage_run


def main() -> None:
    """Write ``models/joint.pt``."""
    config = read_section(Path("data/config/joint.yaml"), JointConfig)
    with stage_run("joint", config):
        run_joint(config, Path("models/joint.pt"))


if __name__ == "__main__":
    main()
