"""One phase of one stream, from resolved configuration to weights and curve.

A phase that was trained before from equal data, configuration, weights and code is taken from the
memo store, whichever method or stage it was for.
"""

from dataclasses import dataclass
from pathlib import Path

from pipeline.clips.store import ClipStore
from pipeline.memo import Memo
from pipeline.training.curve import FIRST_COLUMNS, curve_columns, read_curve, write_curve
from pipeline.training.initial import initial_file
from pipeline.training.job import Job, check_job, count_actions, job_key
from pipeline.training.lock import locked
from pipeline.training.loop import Log
from pipeline.training.params import PhaseConfig, TrainConfig, gaze_of, model_of, terms_of
from pipeline.training.phase_file import write_pass_through, write_trained
from pipeline.training.run import Machine, train

STEP = "phase"
"""Name in the memo store; not the stage's, since stages share phases."""


@dataclass(frozen=True)
class PhasePaths:
    """Where a phase reads and writes.

    Args:
        clips_dir: ``data/clips``.
        classes_csv: ``data/index/classes.csv``.
        previous: what the stream's first phase left; None in that phase itself.
        root: what a relative path of weights begins at.
        model: the weights to write.
        curve: the learning curve to write.
    """

    clips_dir: Path
    classes_csv: Path
    previous: Path | None
    root: Path
    model: Path
    curve: Path

    @property
    def outputs(self) -> dict[str, Path]:
        """The files of the phase by their names in the memo store."""
        return {"model.pt": self.model, "curve.csv": self.curve}


def run_phase(
    config: TrainConfig, paths: PhasePaths, memo: Memo, machine: Machine, log: Log
) -> None:
    """Write a phase's weights and curve, trained or remembered; all processes call this.

    Raises:
        TrainingError: it cannot be trained as asked.
    """
    if config.phase is None:
        if machine.group.is_first:
            write_pass_through(paths.model)
            write_curve(paths.curve, FIRST_COLUMNS, [])
        return
    job = _make_job(config, config.phase, paths)
    if machine.group.is_first:
        _lead(job, paths, memo, machine, log)
    elif key := machine.group.broadcast(""):
        train(job, memo.scratch(STEP, key), machine, lambda _row, _iteration: None)


def _lead(job: Job, paths: PhasePaths, memo: Memo, machine: Machine, log: Log) -> None:
    """The first process's part: remember the phase, or train it with the others and write."""
    key = job_key(job)
    if not memo.fetch(STEP, key, paths.outputs):
        with locked(memo.scratch(STEP, key)):
            if not memo.fetch(STEP, key, paths.outputs):  # nor has another run trained it since
                check_job(job)
                machine.group.broadcast(key)
                outcome = train(job, memo.scratch(STEP, key), machine, log)
                write_trained(paths.model, outcome.trained)
                columns = curve_columns([term.name for term in job.terms])
                write_curve(paths.curve, columns, outcome.curve)
                memo.store(STEP, key, paths.outputs)
                return
    machine.group.broadcast("")
    for row in read_curve(paths.curve):
        log(row, int(row["iteration"]))


def _make_job(config: TrainConfig, phase: PhaseConfig, paths: PhasePaths) -> Job:
    return Job(
        phase=phase,
        model=model_of(config, phase),
        terms=terms_of(config, phase),
        gaze=gaze_of(config, phase),
        store=ClipStore(paths.clips_dir, config.stream),
        num_classes=count_actions(paths.classes_csv),
        initial=initial_file(phase.initial, paths.previous, paths.root),
        seed=config.seed,
    )
