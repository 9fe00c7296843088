"""One phase of one stream, for the stages pretrain and train, and what joint does as they do."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.params import Section, read_section
from pipeline.training.distributed import Group
from pipeline.training.loop import Log
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
        with tracked_by_the_first(group, f"{stage}@{stream}", config) as log:
            run_phase(config, paths, environment.memo, machine_of(group, environment), log)

    run_launched(f"stages.{stage}", [stream], work)


def machine_of(group: Group, environment: Environment) -> Machine:
    """Return what one of a group's processes trains on."""
    return Machine(group, max(environment.crew.processes // group.world, 1), time.monotonic)


@contextmanager
def tracked_by_the_first(group: Group, stage: str, config: Section) -> Iterator[Log]:
    """Track a stage in a group's first process, and give every process where its curve goes."""
    if not group.is_first:
        yield lambda _row, _iteration: None
        return
    with stage_run(stage, config) as run:
        yield run.log_metrics
