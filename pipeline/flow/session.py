"""The flow of one session: block after block into the scratch folder, then into its store."""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32

from pipeline.flow.backends import BACKENDS
from pipeline.flow.blocks import Block, video_blocks
from pipeline.flow.errors import FlowError
from pipeline.flow.grey import read_pairs
from pipeline.flow.params import PRESETS, FlowConfig
from pipeline.flow.quantize import count_clipped, quantize
from pipeline.frames.encode import encode_grey
from pipeline.frames.store import ImageReader, ImageWriter
from pipeline.memo import Memo, content_key, file_digest

STEP = "flow"
VERSION = 1
"""Raise it when equal frames and params give other flow than before."""


@dataclass(frozen=True)
class FlowJob:
    """One session's work: where its frames are, where its flow goes, and how it is made.

    Args:
        backend: the resolved backend's name.
        key: what the result is remembered by.
    """

    session: str
    frames_path: Path
    flow_path: Path
    config: FlowConfig
    backend: str
    key: str

    def __str__(self) -> str:
        return f"session {self.session}"


def plan_session(frames_path: Path, out_dir: Path, config: FlowConfig, backend: str) -> FlowJob:
    """Name a session's work by its frames' bytes and by everything that shapes flow."""
    key = content_key(file_digest(frames_path), flow_parameters(config, backend))
    flow_path = out_dir / frames_path.name
    return FlowJob(frames_path.stem, frames_path, flow_path, config, backend, key)


def flow_parameters(config: FlowConfig, backend: str) -> dict[str, object]:
    """Return everything but the frames themselves that shapes the stored bytes."""
    return {
        "preset": config.preset,
        "tvl1": asdict(PRESETS[config.preset]),
        "semantics": config.semantics,
        "backend": backend,
        "bound_pixels": config.bound_pixels,
        "rounding": "nearest",
        "quality": config.quality,
        "grey": "bt601",
        "version": VERSION,
        "opencv": cv2.__version__,
    }


def fetch_session(job: FlowJob, memo: Memo) -> bool:
    """Bring a remembered session's flow to its place; False where there is none."""
    return memo.fetch(STEP, job.key, {"flow.h5": job.flow_path})


def extract_session(job: FlowJob, memo: Memo) -> bool:
    """Compute one session's flow, going on where a killed run stopped.

    Returns False where another run of the same work, waited for, had it finished.
    """
    with _alone(memo.work_dir / "locks" / f"{STEP}-{job.key}"):
        if fetch_session(job, memo):
            return False
        _compute_session(job, memo.scratch(STEP, job.key))
        memo.store(STEP, job.key, {"flow.h5": job.flow_path})
    return True


def _compute_session(job: FlowJob, scratch: Path) -> None:
    with closing(ImageReader(job.frames_path)) as frames:
        for video in frames.videos:
            for block in video_blocks(frames, video):
                if not (scratch / block.file_name).exists():
                    _compute_block(job, frames, block, scratch / block.file_name)
        _join(job, frames, scratch)


def _compute_block(job: FlowJob, frames: ImageReader, block: Block, path: Path) -> None:
    """Compute the flow of a block into a small store of its own."""
    pairs = read_pairs(frames, block.start, block.stop)
    flow = BACKENDS[job.backend].compute(pairs, PRESETS[job.config.preset])
    _check_flow(job, block, pairs, flow)
    levels = quantize(flow, job.config.bound_pixels)
    planes = np.moveaxis(levels, -1, 1).reshape(-1, *levels.shape[1:3])  # (2 N, H, W), x y x y
    with ImageWriter(path, "flow", {}) as writer:
        encoded = [encode_grey(plane, job.config.quality) for plane in planes]
        writer.add_video(block.video, frames.size, encoded)
        writer.note("num_clipped", count_clipped(flow, job.config.bound_pixels))


def _check_flow(
    job: FlowJob, block: Block, pairs: np.ndarray, flow: Float32[np.ndarray, "N H W 2"]
) -> None:
    where = f"{job.frames_path}: '{block.video}', pairs {block.start} to {block.stop}"
    expected = (len(pairs), *pairs.shape[2:], 2)
    if flow.shape != expected:
        raise FlowError(f"{where}: '{job.backend}' gave {flow.shape}, expected {expected}")
    if not np.isfinite(flow).all():
        bad = np.count_nonzero(~np.isfinite(flow).all(axis=(1, 2, 3)))
        raise FlowError(f"{where}: '{job.backend}' gave {bad} flow images that are not finite")


def _join(job: FlowJob, frames: ImageReader, scratch: Path) -> None:
    """Put all blocks into the session's store, one pair fewer than frames in each video."""
    parameters = flow_parameters(job.config, job.backend) | {"frames": frames.parameters}
    num_clipped = 0
    with ImageWriter(job.flow_path, "flow", parameters) as writer:
        for video in frames.videos:
            blocks = video_blocks(frames, video)
            num_clipped += sum(_num_clipped(scratch / block.file_name) for block in blocks)
            found = writer.add_video(video, frames.size, _encoded(scratch, blocks))
            expected = len(frames.range(video)) - 1
            if found != expected:
                raise FlowError(
                    f"{job.frames_path}: '{video}' has {found} pairs, expected {expected}; "
                    f"remove {scratch} and run again"
                )
        writer.note("num_clipped", num_clipped)


def _encoded(scratch: Path, blocks: list[Block]) -> Iterator[bytes]:
    for block in blocks:
        with closing(ImageReader(scratch / block.file_name)) as store:
            yield from store.encoded_between(0, 2 * store.num_items)


def _num_clipped(path: Path) -> int:
    with closing(ImageReader(path)) as store:
        return int(store.attrs["num_clipped"])


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
