"""From stores of frames to one store of flow a session."""

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from pipeline.fanout import Crew, fan_out
from pipeline.flow.backends import BACKENDS, resolve_backend
from pipeline.flow.blocks import num_pairs
from pipeline.flow.errors import FlowError
from pipeline.flow.motion import read_motion
from pipeline.flow.params import FlowConfig
from pipeline.flow.session import STEP, FlowJob, extract_session, fetch_session, plan_session
from pipeline.flow.watch import Watched, watching
from pipeline.frames.store import ImageReader, clear_stores
from pipeline.memo import Memo
from pipeline.progress import Progress
from pipeline.quarantine import write_quarantine


@dataclass(frozen=True)
class SessionFlow:
    """One session's flow.

    Args:
        clipped_share: of all vectors, by the bound.
        num_unestimated: pairs whose camera motion was to be taken out and could not be estimated.
    """

    session: str
    num_pairs: int
    clipped_share: float
    num_unestimated: int
    num_bytes: int


@dataclass(frozen=True)
class FlowReport:
    """What the stage made; ``num_computed_pairs`` are those that were not remembered."""

    backend: str
    sessions: tuple[SessionFlow, ...]
    num_computed: int
    num_computed_pairs: int
    seconds: float

    @property
    def num_pairs(self) -> int:
        """Return the pairs of all sessions."""
        return sum(session.num_pairs for session in self.sessions)

    @property
    def num_unestimated(self) -> int:
        """Return the pairs of all sessions whose camera motion could not be estimated."""
        return sum(session.num_unestimated for session in self.sessions)

    @property
    def num_bytes(self) -> int:
        """Return the bytes of all stores."""
        return sum(session.num_bytes for session in self.sessions)

    @property
    def clipped_share(self) -> float:
        """Return the share of clipped vectors over all pairs (all of one size)."""
        clipped = sum(session.clipped_share * session.num_pairs for session in self.sessions)
        return clipped / max(1, self.num_pairs)

    @property
    def pairs_per_second(self) -> float:
        """Return the rate over all processes; 0 where everything was remembered."""
        return self.num_computed_pairs / self.seconds

    @property
    def metrics(self) -> dict[str, int | float]:
        """Return the numbers by their names in the tracking store."""
        return {
            "flow/sessions": len(self.sessions),
            "flow/sessions_computed": self.num_computed,
            "flow/pairs": self.num_pairs,
            "flow/pairs_per_second": self.pairs_per_second,
            "flow/clipped_share": self.clipped_share,
            "flow/pairs_unestimated": self.num_unestimated,
            "flow/megabytes": self.num_bytes / 1e6,
            "flow/seconds": self.seconds,
        }

    def __str__(self) -> str:
        most = max(self.sessions, key=lambda session: session.clipped_share, default=None)
        rate = f"{self.pairs_per_second:.1f} pairs/s"
        words = [
            f"{self.num_pairs} pairs of {len(self.sessions)} sessions by {self.backend}",
            f"{self.num_computed_pairs} of them computed in {self.seconds:.1f} s, {rate}",
        ]
        if most is not None:
            worst = f"{most.clipped_share:.2%} in {most.session}"
            words.append(f"{self.clipped_share:.2%} of the vectors clipped (at most {worst})")
        if self.num_unestimated:
            words.append(f"{self.num_unestimated} pairs without an estimate of the motion")
        return "; ".join(words)


def extract_flow(
    config: FlowConfig,
    frames_dir: Path,
    out_dir: Path,
    quarantine_path: Path,
    *,
    memo: Memo,
    crew: Crew,
) -> FlowReport:
    """Compute the flow of every session that is not remembered; largest sessions first.

    ``out_dir`` holds one ``<session>.h5`` for each of ``frames_dir``'s afterwards (of the crew's
    shard), no other; none where flow is not ``needed``. A stored frame that cannot be read is an
    error, so the quarantine list is always empty.

    Raises:
        FlowError: no backend is present, or a video's pairs are not one fewer than its frames.
    """
    started = perf_counter()
    backend = resolve_backend(config)
    clear_stores(out_dir)
    paths = crew.take(sorted(frames_dir.glob("*.h5"))) if config.needed else []
    jobs = [plan_session(path, out_dir, config, backend) for path in paths]
    with Progress(f"flow by {backend}", len(jobs), "session") as progress:
        missing = [job for job in jobs if not fetch_session(job, memo)]
        progress.advance(len(jobs) - len(missing))
        missing.sort(key=lambda job: -job.frames_path.stat().st_size)
        computed = _compute(missing, memo, crew, progress)
    for job in missing:
        if not fetch_session(job, memo):
            raise FlowError(f"{job}: found no {job.key} in {memo.work_dir}, where it was made")
    sessions = {job.session: _inspect(job) for job in jobs}
    fresh = [job.session for job, done in zip(missing, computed, strict=True) if done]
    write_quarantine(quarantine_path, [])
    return FlowReport(
        backend=backend,
        sessions=tuple(sessions.values()),
        num_computed=len(fresh),
        num_computed_pairs=sum(sessions[name].num_pairs for name in fresh),
        seconds=perf_counter() - started,
    )


def _compute(jobs: list[FlowJob], memo: Memo, crew: Crew, progress: Progress) -> list[bool]:
    """Return whether each session was computed, and not found finished by another run."""
    if jobs and not BACKENDS[jobs[0].backend].uses_gpus:
        crew = crew.for_gpus(())
    threads = crew.threads_per_task(len(jobs))
    extract = partial(extract_session, memo=memo, threads=threads)
    with watching([_watched(job, memo) for job in jobs], progress):
        return fan_out(extract, jobs, crew=crew, progress=progress)


def _watched(job: FlowJob, memo: Memo) -> Watched:
    with closing(ImageReader(job.frames_path)) as frames:
        total = sum(num_pairs(frames, video) for video in frames.videos)
    return Watched(total, memo.scratch(STEP, job.key))


def _inspect(job: FlowJob) -> SessionFlow:
    """Read a session's flow back, and check it against its frames."""
    with (
        closing(ImageReader(job.frames_path)) as frames,
        closing(ImageReader(job.flow_path)) as flow,
    ):
        found = {video: len(flow.range(video)) for video in flow.videos}
        expected = {video: num_pairs(frames, video) for video in frames.videos}
        if found != expected:
            wrong = sorted(found.items() ^ expected.items())
            raise FlowError(
                f"{job.flow_path}: found {wrong[:4]} pairs, expected one fewer than the frames of "
                f"{job.frames_path}; remove .work/memo/flow/{job.key} and run again"
            )
        num_vectors = flow.num_items * frames.size.width * frames.size.height
        is_stabilised = job.config.stabilise != "none"
        return SessionFlow(
            session=job.session,
            num_pairs=flow.num_items,
            clipped_share=int(flow.attrs["num_clipped"]) / max(1, num_vectors),
            num_unestimated=int(np.sum(~read_motion(flow).is_found)) if is_stabilised else 0,
            num_bytes=job.flow_path.stat().st_size,
        )
