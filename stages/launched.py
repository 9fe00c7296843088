"""Runs a stage's work in this process, or in several together: ``FIXATE_DEVICES=2``, torchrun."""

import os
import sys
from collections.abc import Callable, Sequence

from pipeline.lifetime import end_with_parent
from pipeline.training.distributed import Group, open_group
from pipeline.training.launch import ALONE, read_launch, relaunch
from stages.environment import Environment, read_environment


def run_launched(
    module: str, arguments: Sequence[str], work: Callable[[Group, Environment], None]
) -> None:
    """Do ``work`` as one of its processes; the module is what torchrun starts in each."""
    launch = read_launch(os.environ)
    if launch or "DVC_ROOT" in os.environ:
        end_with_parent()
    num_processes = int(os.environ.get("FIXATE_DEVICES") or 1)
    if launch is None and num_processes > 1:
        sys.exit(relaunch(module, arguments, num_processes))
    environment = read_environment()
    with open_group(launch or ALONE, environment.device) as group:
        work(group, environment)
