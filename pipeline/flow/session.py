"""The flow of one session: what it is remembered by, and who computes it."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import cv2

from pipeline.flow.assemble import assemble_session
from pipeline.flow.backends import BACKENDS
from pipeline.flow.params import PRESETS, FlowConfig
from pipeline.flow.solve import Solver
from pipeline.frames.store_format import VERSION as LAYOUT
from pipeline.memo import Memo, content_key, file_digest

STEP = "flow"
STORE = "flow.h5"
VERSION = 2
"""Raise it when equal frames and params give other flow than before."""


@dataclass(frozen=True)
class FlowJob:
    """One session's work: where its frames are, where its flow goes, and how it is made.

    Args:
        frames_path: absolute, since a cluster's worker may have another folder as its own.
        flow_path: where the whole flow goes; likewise.
        backend: the resolved backend's name.
        parameters: everything but the frames that shapes the stored bytes, as the store has it.
        key: what the result is remembered by.
    """

    session: str
    frames_path: Path
    flow_path: Path
    config: FlowConfig
    backend: str
    parameters: Mapping[str, object]
    key: str

    def __str__(self) -> str:
        return f"session {self.session}"


def plan_session(frames_path: Path, out_dir: Path, config: FlowConfig, backend: str) -> FlowJob:
    """Name a session's work by its frames' bytes and by everything that shapes flow."""
    parameters = flow_parameters(config, backend)
    key = content_key(file_digest(frames_path), parameters)
    paths = (frames_path.absolute(), out_dir.absolute() / frames_path.name)
    return FlowJob(frames_path.stem, *paths, config, backend, parameters, key)


def flow_parameters(config: FlowConfig, backend: str) -> dict[str, object]:
    """Return everything but the frames themselves that shapes the stored bytes."""
    library = BACKENDS[backend].library
    return {
        "preset": config.preset,
        "tvl1": asdict(PRESETS[config.preset]),
        "semantics": config.semantics,
        "backend": backend,
        "stabilise": config.stabilise,
        "bound_pixels": config.bound_pixels,
        "rounding": "nearest",
        "quality": config.quality,
        "grey": "bt601",
        "version": VERSION,
        "layout": LAYOUT,
        "opencv": cv2.__version__,
        "library": library and f"{library} {version(library)}",
    }


def fetch_session(job: FlowJob, memo: Memo) -> bool:
    """Bring a remembered session's flow to its place; False where there is none."""
    return memo.fetch(STEP, job.key, {STORE: job.flow_path})


def extract_session(job: FlowJob, memo: Memo, threads: int) -> bool:
    """Compute one session's flow into the memo store, going on where a killed run stopped.

    Not into its place: a cluster's worker may finish after the run that asked for it has ended.
    Returns False where another run of the same work, waited for, had it finished.
    """
    with _alone(memo.work_dir / "locks" / f"{STEP}-{job.key}"):
        if memo.has(STEP, job.key):
            return False
        solver = Solver(job.config, job.backend, threads)
        scratch = memo.scratch(STEP, job.key)
        assemble_session(job.frames_path, scratch / STORE, scratch, solver, job.parameters)
        memo.store(STEP, job.key, {STORE: scratch / STORE})
    return True


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the work: two experiments that need the same flow compute it once.

    The lock ends with its process, so a killed run blocks nobody. Its file goes once the work is
    remembered: whoever comes after that, on whichever file, finds the work.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    path.unlink(missing_ok=True)
