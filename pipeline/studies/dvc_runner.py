"""Experiments by ``dvc exp run --temp``: in a folder of DVC's own, never in the workspace.

``docs/decisions/0025-studies.md`` says why neither the workspace nor DVC's queue runs them.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.lifetime import end_with_parent
from pipeline.studies.plan import Cell
from pipeline.studies.run import Running

PATIENCE_SECONDS = {signal.SIGINT: 120.0, signal.SIGTERM: 20.0, signal.SIGKILL: 5.0}
"""Signals to end an experiment by, and how long each is waited for. At SIGINT a stage ends in
order, and DVC clears its folder away; at the others the folder stays, and is cleared here."""

STANDALONE = Path(".dvc/tmp/exps/standalone")
"""Where DVC works; ``run/*/*.run`` tells for each folder the experiment's name."""

SEEN = ("pipeline", "stages", "recipes")
"""Folders whose files an experiment needs."""


@dataclass(frozen=True)
class DvcRun:
    """One ``dvc exp run``, the first of its process group."""

    root: Path
    name: str
    process: "subprocess.Popen[bytes]"

    def poll(self) -> int | None:
        """Return DVC's exit status, or None while it runs; what a failed one left is cleared."""
        status = self.process.poll()
        if status:
            clear_leftovers(self.root, self.name)
        return status

    def signal(self, number: int) -> None:
        """Send a signal to all of its processes."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def ends(self, seconds: float) -> bool:
        """Say whether DVC ends within some seconds."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
            return True
        return False


@dataclass(frozen=True)
class DvcRunner:
    """Runs experiments by DVC.

    Args:
        root: the repository.
        dvc: the program.
        environments: for each slot, what its processes find in their environment besides this
            process's own, such as the device.
        broken: names of experiments that exist but are not whole; they are removed first, since
            DVC gives no name twice.
    """

    root: Path
    dvc: Path
    environments: Sequence[Mapping[str, str]]
    broken: frozenset[str]

    def start(self, cell: Cell, log: Path, slot: int) -> Running:
        """Begin one experiment; it waits for other DVC processes, and ends when this one does."""
        log.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(self.root, cell.name)
        sets = [word for override in cell.overrides for word in ("--set-param", override)]
        with log.open("wb") as file:
            if cell.name in self.broken:
                self._begin(["exp", "remove", cell.name], file.fileno(), slot).wait()
            command = ["exp", "run", "--temp", "--name", cell.name, *sets]
            return DvcRun(self.root, cell.name, self._begin(command, file.fileno(), slot))

    def stop(self, running: Sequence[Running]) -> None:
        """End experiments by SIGINT, as Ctrl-C would, and what does not end harder."""
        runs = [run for run in running if isinstance(run, DvcRun)]
        left = runs
        for number, seconds in PATIENCE_SECONDS.items():
            for run in left:
                run.signal(number)
            left = [run for run in left if not run.ends(seconds)]
        for run in runs:
            clear_leftovers(self.root, run.name)

    def _begin(self, command: Sequence[str], log: int, slot: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [str(self.dvc), "--wait-for-lock", *command],
            cwd=self.root,
            env={**os.environ, **self.environments[slot]},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the others
            preexec_fn=_end_with_us,  # noqa: PLW1509 - this process has one thread
        )


def _end_with_us() -> None:
    """In the new process: end when this one does, and at SIGINT.

    A shell that starts a study in the background has SIGINT ignored, which would be inherited.
    """
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def clear_leftovers(root: Path, name: str) -> None:
    """Remove the folders that a killed run of an experiment has left behind."""
    standalone = root / STANDALONE
    for path in standalone.glob("run/*/*.run"):
        with suppress(OSError, ValueError):
            told = json.loads(path.read_text(encoding="utf-8"))
            folder = Path(str(told.get("root_dir")))
            if told.get("name") == name and folder.parent == standalone and folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)


def find_untracked(root: Path) -> list[str]:
    """Return what of code and recipes git does not track: an experiment does not see it.

    A folder of which git tracks nothing is named in the place of its files.
    """
    listing = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "--directory", *SEEN],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return listing.stdout.splitlines()
