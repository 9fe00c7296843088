"""Train both streams together, or pass through: ``python -m stages.joint``, or under torchrun."""

from pathlib import Path

from pipeline.params import read_section
from pipeline.training.distributed import Group
from pipeline.training.joint import JointPaths, run_joint
from pipeline.training.joint_params import JointConfig
from stages.environment import Environment
from stages.launched import run_launched
from stages.phases import machine_of, tracked_by_the_first


def main() -> None:
    """Write ``models/joint.pt`` and ``joint.csv``."""
    config = read_section(Path("data/config/joint.yaml"), JointConfig)
    models = Path("models")

    def work(group: Group, environment: Environment) -> None:
        paths = JointPaths(
            *(Path("data/clips"), Path("data/index/classes.csv")),
            *(models / "rgb" / "model.pt", models / "flow" / "model.pt"),
            *(environment.root, models / "joint.pt", models / "joint.csv"),
        )
        with tracked_by_the_first(group, "joint", config) as log:
            run_joint(config, paths, environment.memo, machine_of(group, environment), log)

    run_launched("stages.joint", [], work)


if __name__ == "__main__":
    main()
