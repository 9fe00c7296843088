"""Train the tiny phase in this process, alone or as one that torchrun started.

usage: train_in_group.py DATA_DIR OUT_DIR CONFIG_YAML KILLED_RANK

The process of rank KILLED_RANK kills itself at its fourth step, in the second epoch (-1: none).
"""

import os
import signal
import sys
import time
from pathlib import Path

import torch
from tiny_phase import make_memo, make_paths

from pipeline.lifetime import end_with_parent
from pipeline.params import read_section
from pipeline.training.distributed import open_group
from pipeline.training.launch import ALONE, read_launch
from pipeline.training.learner import Learner
from pipeline.training.params import TrainConfig
from pipeline.training.phase import run_phase
from pipeline.training.run import Machine


def die_at_fourth_step() -> None:
    step, steps = Learner.step, []

    def dying(self: Learner, *arguments: object) -> object:
        steps.append(1)
        if len(steps) == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(self, *arguments)

    Learner.step = dying


def main() -> None:
    data_dir, out, config_path, killed = sys.argv[1:]
    torch.set_num_threads(1)
    launch = read_launch(os.environ) or ALONE
    if launch.world > 1:
        end_with_parent()
    if launch.rank == int(killed):
        die_at_fourth_step()
    config = read_section(Path(config_path), TrainConfig)
    with open_group(launch, "cpu") as group:
        machine = Machine(group, 0, time.monotonic)
        paths = make_paths(Path(data_dir), Path(out))
        run_phase(config, paths, make_memo(Path(out) / "work"), machine, lambda *_: None)


main()
