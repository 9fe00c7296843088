"""From stores of frames to one store of flow a session."""

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from pipeline.fanout import fan_out
from pipeline.flow.backends import resolve_backend
from pipeline.flow.errors import FlowError
from pipeline.flow.params import FlowConfig
from pipeline.flow.session import FlowJob, extract_session, fetch_session, plan_session
from pipeline.frames.store import ImageReader, clear_stores
from pipeline.memo import Memo
from pipeline.progress import Progress
from pipeline.quarantine import write_quarantine


@dataclass(frozen=True)
class SessionFlow:
    """One session's flow: its pairs, and the share of vectors that the bound clipped."""

    session: str
    num_pairs: int
    clipped_share: float
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


def extract_flow(
    config: FlowConfig,
    frames_dir: Path,
    out_dir: Path,
    quarantine_path: Path,
    *,
    memo: Memo,
    workers: int,
) -> FlowReport:
    """Compute the flow of every session that is not remembered; largest sessions first.

    ``out_dir`` holds one ``<session>.h5`` for each of ``frames_dir``'s afterwards, no other. A
    stored frame that cannot be read is an error, so the quarantine list is always empty.

    Raises:
        FlowError: no backend is present, or a video's pairs are not one fewer than its frames.
    """
    started = perf_counter()
    backend = resolve_backend(config)
    clear_stores(out_dir)
    paths = sorted(frames_dir.glob("*.h5"))
    jobs = [plan_session(path, out_dir, config, backend) for path in paths]
    with Progress(f"flow by {backend}", len(jobs), "session") as progress:
        missing = [job for job in jobs if not fetch_session(job, memo)]
        progress.advance(len(jobs) - len(missing))
        missing.sort(key=lambda job: -job.frames_path.stat().st_size)
        extract = partial(extract_session, memo=memo)
        computed = fan_out(extract, missing, workers=workers, progress=progress)
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


def _inspect(job: FlowJob) -> SessionFlow:
    """Read a session's flow back, and check it against its frames."""
    with (
        closing(ImageReader(job.frames_path)) as frames,
        closing(ImageReader(job.flow_path)) as flow,
    ):
        found = {video: len(flow.range(video)) for video in flow.videos}
        expected = {video: len(frames.range(video)) - 1 for video in frames.videos}
        if found != expected:
            wrong = sorted(found.items() ^ expected.items())
            raise FlowError(
                f"{job.flow_path}: found {wrong[:4]} pairs, expected one fewer than the frames of "
                f"{job.frames_path}; remove .work/memo/flow/{job.key} and run again"
            )
        num_vectors = flow.num_items * frames.size.width * frames.size.height
        share = int(flow.attrs["num_clipped"]) / max(1, num_vectors)
        num_bytes = job.flow_path.stat().st_size
        return SessionFlow(job.session, flow.num_items, share, num_bytes)
