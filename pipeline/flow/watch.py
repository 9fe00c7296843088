"""Pairs done so far, seen from the files that they leave, by whichever process or machine."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.progress import Progress

SECONDS_BETWEEN_LOOKS = 2.0


@dataclass(frozen=True)
class Watched:
    """A session in work.

    Args:
        num_pairs: that it will have.
        scratch: folder of its finished blocks, each named ``<first>_<after last>.h5``; gone once
            the session is remembered.
    """

    num_pairs: int
    scratch: Path

    @property
    def num_done(self) -> int:
        """Return the pairs whose flow is on disk; blocks of another length may overlap."""
        if not self.scratch.exists():
            return self.num_pairs
        bounds = [path.stem.split("_") for path in self.scratch.glob("*_*.h5")]
        return min(sum(int(stop) - int(start) for start, stop in bounds), self.num_pairs)


@contextmanager
def watching(sessions: Sequence[Watched], progress: Progress) -> Iterator[None]:
    """Tell ``progress`` the pairs done, their rate and the time left, while the block runs."""
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(sessions, progress, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _watch(sessions: Sequence[Watched], progress: Progress, done: threading.Event) -> None:
    started, num_before, is_done = time.monotonic(), count_done(sessions), False
    while not is_done:
        is_done = done.wait(SECONDS_BETWEEN_LOOKS)
        progress.tell(describe(sessions, num_before, time.monotonic() - started))


def count_done(sessions: Sequence[Watched]) -> int:
    """Return the pairs done in all sessions."""
    return sum(session.num_done for session in sessions)


def describe(sessions: Sequence[Watched], num_before: int, seconds: float) -> str:
    """Return the pairs done, and the rate since ``num_before`` were, ``seconds`` ago."""
    total, num_done = sum(session.num_pairs for session in sessions), count_done(sessions)
    rate = max(num_done - num_before, 0) / seconds
    left = f", {(total - num_done) / rate:.0f} s left" if rate and num_done < total else ""
    return f"{num_done} of {total} pairs, {rate:.1f} pairs/s{left}"
