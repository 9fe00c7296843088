"""Work for the tests of fan-out, in a module of its own so that other processes can import it."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.fanout import ALONE, fan_out
from pipeline.progress import Progress


@dataclass(frozen=True)
class Step:
    """A number, and a folder in which its work leaves a mark."""

    number: int
    folder: Path

    def __str__(self) -> str:
        return f"step {self.number}"

    @property
    def mark(self) -> Path:
        """Return the file that gets a line with the process's number whenever work is begun."""
        return self.folder / f"begun-{self.number}"

    def begin(self) -> int:
        """Leave the line; return how often the work was begun."""
        with self.mark.open("a") as file:
            file.write(f"{os.getpid()}\n")
        return len(self.mark.read_text().splitlines())


class OddError(ValueError):
    """An error that does not survive pickling: it is made of two words, and keeps one."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what} {why}")


def square(number: int) -> int:
    return number * number


def look_around(_number: int) -> tuple[int, str | None, str]:
    time.sleep(0.2)
    return os.getpid(), os.environ.get("CUDA_VISIBLE_DEVICES"), os.environ["OMP_NUM_THREADS"]


def is_deaf_to_interrupts(_number: int) -> tuple[int, bool]:
    time.sleep(0.2)
    return os.getpid(), signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, set())


def refuse_three(number: int) -> int:
    if number == 3:
        raise ValueError("three is broken")
    return number


def refuse_oddly(number: int) -> int:
    raise OddError(f"number {number}", "is odd")


def be_killed_at_first(step: Step) -> tuple[int, str | None]:
    """End this process where step 1 is begun for the first time."""
    if step.begin() == 1 and step.number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return step.number, os.environ.get("CUDA_VISIBLE_DEVICES")


def be_killed(step: Step) -> int:
    """End this process whenever step 2 is begun."""
    step.begin()
    if step.number == 2:
        os._exit(3)
    return step.number


def take_minutes(step: Step) -> None:
    step.begin()
    time.sleep(600)


def take_seconds(step: Step) -> None:
    step.begin()
    time.sleep(3)


def wait_until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def main(folder: str, cluster: str | None = None) -> None:
    """Be a run for tests to stop."""
    steps = [Step(number, Path(folder)) for number in range(8)]
    crew = replace(ALONE, processes=2, cluster=cluster)
    with Progress("steps", len(steps), "step") as progress:
        fan_out(take_seconds if cluster else take_minutes, steps, crew=crew, progress=progress)


if __name__ == "__main__":
    import fanout_work  # under the name by which workers know it

    fanout_work.main(*sys.argv[1:])
