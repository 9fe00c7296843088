"""What a stage takes from its environment: where the repository is, and how to run."""

import configparser
import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.memo import Memo


@dataclass(frozen=True)
class Environment:
    """Settings that change how a stage runs, never what it makes.

    Args:
        root: the repository, also where DVC runs the stage in a temporary workspace.
        memo: the store of finished work in the repository's ``.work``.
        workers: processes for work on sessions (``FIXATE_WORKERS``, else the cores).
        device: ``cpu``, ``cuda`` … (``FIXATE_DEVICE``), or None for the best one present.
    """

    root: Path
    memo: Memo
    workers: int
    device: str | None


def read_environment() -> Environment:
    """Read ``DVC_ROOT`` and the ``FIXATE_*`` variables."""
    root = Path(os.environ.get("DVC_ROOT") or Path.cwd()).resolve()
    cores = len(os.sched_getaffinity(0))
    return Environment(
        root=root,
        memo=Memo(work_dir=root / ".work", cache_dirs=(_dvc_cache(root) / "files" / "md5",)),
        workers=int(os.environ.get("FIXATE_WORKERS") or cores),
        device=os.environ.get("FIXATE_DEVICE") or None,
    )


def _dvc_cache(root: Path) -> Path:
    """Return DVC's cache of this repository, as its own two configuration files say."""
    config = configparser.ConfigParser()
    config.read([root / ".dvc" / "config", root / ".dvc" / "config.local"])
    configured = config.get("cache", "dir", fallback=str(root / ".dvc" / "cache"))
    return (root / ".dvc" / configured).resolve()
