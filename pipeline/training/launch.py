"""Starting a stage in several processes by torchrun, which all end with the one that began it."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.lifetime import end_with_parent

SECONDS_TO_END = 10
"""How long torchrun lets the others end after one failed, before it kills them."""


@dataclass(frozen=True)
class Launch:
    """Which process this is, of those that were started together."""

    rank: int
    local_rank: int
    world: int


ALONE = Launch(rank=0, local_rank=0, world=1)


def read_launch(environ: Mapping[str, str]) -> Launch | None:
    """Return what torchrun says of this process; None where it was not started by it."""
    if "RANK" not in environ:
        return None
    return Launch(
        rank=int(environ["RANK"]),
        local_rank=int(environ["LOCAL_RANK"]),
        world=int(environ["WORLD_SIZE"]),
    )


def relaunch(module: str, arguments: Sequence[str], num_processes: int) -> int:
    """Run a module in several processes on this machine; returns the exit status."""
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
        *("--nproc-per-node", str(num_processes)),
        *("--shutdown-timeout", str(SECONDS_TO_END)),
        *("-m", module, *arguments),
    ]
    return subprocess.run(command, check=False, preexec_fn=end_with_parent).returncode
