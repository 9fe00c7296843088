"""One phase of one stream, for the stages pretrain and train."""

import time
from contextlib import nullcontext
from pathlib import Path

from pipeline.params import read_section
from pipeline.training.distributed import Group
from pipeline.training.params import TrainConfig
from pipeline.training.phase import PhasePaths, run_phase
from pipeline.training.run import Machine
from stages.environment import Environment
from stages.launched import run_launched
from stages.tracked import stage_run


def train_stream(stage: str, stream: str, previous: Path | None, model: Path) -> None:
    """Train one phase, from ``previous`` where it starts there, and write its model and curve."""
    config = read_section(Path(f"data/config/{stage}_{stream}.yaml"), TrainConfig)
    curve = Path(f"models/{stream}/{stage}.csv")

    def work(group: Group, environment: Environment) -> None:
        paths = PhasePaths(
            *(Path("data/clips"), Path("data/index/classes.csv"), previous),
            *(environment.root, model, curve),
        )
        machine = Machine(group, max(environment.crew.processes // group.world, 1), time.monotonic)
        with stage_run(f"{stage}@{stream}", config) if group.is_first else nullcontext() as tracked:
            log = tracked.log_metrics if tracked else lambda _metrics, _step: None
            run_phase(config, paths, environment.memo, machine, log)

    run_launched(f"stages.{stage}", [stream], work)
