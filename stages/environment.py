"""What a stage takes from its environment: where the repository is, and how to run."""

import configparser
import ctypes
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from pipeline.fanout import Crew
from pipeline.memo import Memo

SCHEDULER = re.compile(r"tcp://([^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}", re.ASCII)


class EnvironmentFault(ValueError):  # noqa: N818  # EnvironmentError is Python's own
    """A ``FIXATE_*`` variable cannot be used; the message says what can."""


@dataclass(frozen=True)
class Environment:
    """Settings that change how a stage runs, never what it makes.

    Args:
        root: the repository, also where DVC runs the stage in a temporary workspace.
        memo: the store of finished work in the repository's ``.work``.
        crew: who does the work on sessions: as many processes as ``FIXATE_WORKERS`` says, else
            as there are cores, or the cluster of ``FIXATE_CLUSTER``.
        device: ``cpu``, ``cuda`` … (``FIXATE_DEVICE``), or None for the best one present.
    """

    root: Path
    memo: Memo
    crew: Crew
    device: str | None


def read_environment() -> Environment:
    """Read ``DVC_ROOT`` and the ``FIXATE_*`` variables.

    Raises:
        EnvironmentFault: a variable is not understood.
    """
    root = Path(os.environ.get("DVC_ROOT") or Path.cwd()).resolve()
    # Numba would keep compiled code beside the source, where a temporary workspace loses it.
    os.environ.setdefault("NUMBA_CACHE_DIR", str(root / ".work" / "numba"))
    if os.environ.get("FIXATE_DEVICE") == "cpu":  # flow's backends take the devices they see
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    return Environment(
        root=root,
        memo=Memo(work_dir=root / ".work", cache_dirs=(_dvc_cache(root) / "files" / "md5",)),
        crew=read_crew(os.environ),
        device=os.environ.get("FIXATE_DEVICE") or None,
    )


def read_crew(environ: Mapping[str, str]) -> Crew:
    """Return who works on sessions, in all of them and without a GPU, until a stage says else."""
    cores = len(os.sched_getaffinity(0))
    cluster = environ.get("FIXATE_CLUSTER") or None
    if cluster is not None and not SCHEDULER.fullmatch(cluster):
        raise EnvironmentFault(
            f"FIXATE_CLUSTER: found {cluster!r}, expected the address of a Dask scheduler such as "
            "tcp://127.0.0.1:8786; unset it to work on this machine alone"
        )
    processes = _read_count(environ, "FIXATE_WORKERS", cores)
    return Crew(processes=processes, cluster=cluster, gpus=(), shard=None)


def find_gpus(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the CUDA devices that work on sessions may use, as ``CUDA_VISIBLE_DEVICES`` has them.

    As in training: one, or as many as ``FIXATE_DEVICES`` says, from ``FIXATE_DEVICE`` on, if that
    is ``cuda:1``. None where it is ``cpu``, or where there is no GPU. No CUDA context is made.

    Raises:
        EnvironmentFault: there are fewer than asked for, or the first is not named by a number.
    """
    kind, _, first = (environ.get("FIXATE_DEVICE") or "cuda").partition(":")
    visible = _visible_gpus(environ) if kind == "cuda" else []
    if not visible:
        return ()
    if not re.fullmatch(r"\d*", first, re.ASCII):
        raise EnvironmentFault(f"FIXATE_DEVICE: found cuda:{first}, expected cuda, cuda:1 or cpu")
    start = int(first or 0)
    wanted = _read_count(environ, "FIXATE_DEVICES", 1)
    if start + wanted > len(visible):
        raise EnvironmentFault(
            f"FIXATE_DEVICE, FIXATE_DEVICES: asked for {wanted} GPUs from cuda:{start} on, found "
            f"{len(visible)} ({', '.join(visible)})"
        )
    return tuple(visible[start : start + wanted])


def _visible_gpus(environ: Mapping[str, str]) -> list[str]:
    if "CUDA_VISIBLE_DEVICES" in environ:
        names = [name.strip() for name in environ["CUDA_VISIBLE_DEVICES"].split(",")]
        # CUDA takes the names up to the first that is none
        return list(takewhile(lambda name: name not in {"", "-1"}, names))
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return []
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return []
    return [str(number) for number in range(count.value)]


def _read_count(environ: Mapping[str, str], name: str, absent: int) -> int:
    text = environ.get(name) or str(absent)
    if not re.fullmatch(r"0*[1-9]\d*", text, re.ASCII):
        raise EnvironmentFault(f"{name}: found {text!r}, expected a whole number from 1 on")
    return int(text)


def _dvc_cache(root: Path) -> Path:
    """Return DVC's cache of this repository, as its own two configuration files say."""
    config = configparser.ConfigParser()
    config.read([root / ".dvc" / "config", root / ".dvc" / "config.local"])
    configured = config.get("cache", "dir", fallback=str(root / ".dvc" / "cache"))
    return (root / ".dvc" / configured).resolve()
