"""Train a stream's main phase: ``python -m stages.train rgb``, alone or under torchrun."""

import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from pipeline.params import read_section
from pipeline.training.distributed import open_group
from pipeline.training.launch import ALONE, end_with_parent, read_launch, relaunch
from pipeline.training.params import TrainConfig
from pipeline.training.phase import PhasePaths, run_phase
from pipeline.training.run import Machine
from stages.environment import read_environment
from stages.tracked import stage_run


def main() -> None:
    """Write ``models/<stream>/model.pt`` and ``train.csv``."""
    stream = sys.argv[1]
    run("train", stream, Path(f"models/{stream}/pretrain.pt"), Path(f"models/{stream}/model.pt"))


def run(stage: str, stream: str, previous: Path | None, model: Path) -> None:
    """Train one phase; ``FIXATE_DEVICES=2`` starts two processes that do so together."""
    launch = read_launch(os.environ)
    num_processes = int(os.environ.get("FIXATE_DEVICES") or 1)
    if launch or "DVC_ROOT" in os.environ:
        end_with_parent()
    if launch is None and num_processes > 1:
        sys.exit(relaunch(f"stages.{stage}", [stream], num_processes))
    config = read_section(Path(f"data/config/{stage}_{stream}.yaml"), TrainConfig)
    environment = read_environment()
    curve = Path(f"models/{stream}/{stage}.csv")
    paths = PhasePaths(
        Path("data/clips"), Path("data/index/classes.csv"), previous, environment.root, model, curve
    )
    with open_group(launch or ALONE, environment.device) as group:
        machine = Machine(group, max(environment.workers // group.world, 1), time.monotonic)
        with stage_run(f"{stage}@{stream}", config) if group.is_first else nullcontext() as tracked:
            log = tracked.log_metrics if tracked else lambda _metrics, _step: None
            run_phase(config, paths, environment.memo, machine, log)


if __name__ == "__main__":
    main()
