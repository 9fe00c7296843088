"""One shard of a stage's work: a job of an array, joined to the others through the memo store.

``python -m stages.frames --shard 0/8`` does every eighth session, and keeps what it finished
where ``dvc repro`` finds it. It leaves the workspace and the tracking store alone, so that any
number of shards may run at a time, on any machines that share the repository's folder.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.fanout import Shard, ShardError
from stages.environment import Environment
from stages.tracked import end_orderly


def read_shard(stage: str, arguments: Sequence[str]) -> Shard | None:
    """Return the shard that a stage's arguments name, None where there are none."""
    match arguments:
        case []:
            return None
        case ["--shard", text]:
            try:
                return Shard.parse(text)
            except ShardError as error:
                sys.exit(str(error))
        case _:
            sys.exit(f"usage: python -m stages.{stage} [--shard INDEX/COUNT]")


@contextmanager
def shard_outs(stage: str, environment: Environment) -> Iterator[Path]:
    """Give a folder for the outs of a shard's run, which are dropped at its end.

    It lies beside the memo store, so that what is stored there is no second copy.
    """
    end_orderly()
    parent = environment.root / ".work" / "shards"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{stage}-", dir=parent) as folder:
        yield Path(folder)
