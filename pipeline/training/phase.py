"""One phase of one stream, from resolved configuration to weights and curve.

A phase that was trained before from equal data, configuration, weights and code is taken from the
memo store, whichever method or stage it was for.
"""

from dataclasses import dataclass
from pathlib import Path

from pipeline.clips.store import ClipStore
from pipeline.memo import Memo
from pipeline.models.naming import name_classes
from pipeline.models.trained import write_pass_through
from pipeline.training.curve import FIRST_COLUMNS, curve_columns, read_curve, write_curve
from pipeline.training.imported import write_imported
from pipeline.training.initial import find_initial
from pipeline.training.job import Job, check_job, count_classes, job_key
from pipeline.training.joint_streams import BothStreams
from pipeline.training.lock import locked
from pipeline.training.loop import Log
from pipeline.training.one_stream import OneStream
from pipeline.training.params import (
    CheckpointConfig,
    PhaseConfig,
    TrainConfig,
    gaze_of,
    model_of,
    terms_of,
)
from pipeline.training.run import Machine, train
from pipeline.training.teacher import teacher_file

STEP = "phase"
"""Name in the memo store; not the stage's, since stages share phases."""


@dataclass(frozen=True)
class PhaseOuts:
    """What a phase writes.

    Args:
        model: the weights.
        curve: the learning curve.
    """

    model: Path
    curve: Path

    @property
    def files(self) -> dict[str, Path]:
        """The files by their names in the memo store."""
        return {"model.pt": self.model, "curve.csv": self.curve}


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


def run_phase(
    config: TrainConfig, paths: PhasePaths, memo: Memo, machine: Machine, log: Log
) -> None:
    """Write a phase's weights and curve, trained or remembered; all processes call this.

    Raises:
        TrainingError: it cannot be trained as asked.
    """
    outs = PhaseOuts(paths.model, paths.curve)
    if config.phase is not None:
        run_job(_make_job(config, config.phase, paths), outs, memo, machine, log)
    elif machine.group.is_first and config.checkpoint and config.model:
        subject = OneStream(ClipStore(paths.clips_dir, config.stream), config.model)
        bring(config.checkpoint, subject, outs, paths.classes_csv, paths.root)
    elif machine.group.is_first:
        pass_through(outs)


def run_job(job: Job, outs: PhaseOuts, memo: Memo, machine: Machine, log: Log) -> None:
    """Write a job's weights and curve, trained or remembered; all processes call this.

    Raises:
        TrainingError: it cannot be trained as asked.
    """
    if machine.group.is_first:
        _lead(job, outs, memo, machine, log)
    elif key := machine.group.broadcast(""):
        train(job, memo.scratch(STEP, key), machine, lambda _row, _iteration: None)


def bring(
    checkpoint: CheckpointConfig,
    subject: OneStream | BothStreams,
    outs: PhaseOuts,
    classes_csv: Path,
    root: Path,
) -> None:
    """Write the network that the user brought, and an empty curve.

    Raises:
        WeightsError: a file cannot be read, or does not fit the network.
        TrainingError: it is no finished network of the data set's classes.
    """
    naming = name_classes("action", count_classes(classes_csv))
    report = write_imported(outs.model, subject, naming, checkpoint, root)
    write_curve(outs.curve, FIRST_COLUMNS, [])
    print(f"{', '.join(checkpoint.paths)}: {report}")


def pass_through(outs: PhaseOuts) -> None:
    """Write that there is no such phase."""
    write_pass_through(outs.model)
    write_curve(outs.curve, FIRST_COLUMNS, [])


def _lead(job: Job, outs: PhaseOuts, memo: Memo, machine: Machine, log: Log) -> None:
    """The first process's part: remember the phase, or train it with the others and write."""
    key = job_key(job)
    if not memo.fetch(STEP, key, outs.files):
        with locked(memo.scratch(STEP, key)):
            if not memo.fetch(STEP, key, outs.files):  # nor has another run trained it since
                check_job(job)
                machine.group.broadcast(key)
                outcome = train(job, memo.scratch(STEP, key), machine, log)
                job.subject.write(outs.model, job.naming, outcome.weights, outcome.epoch)
                columns = curve_columns([term.name for term in job.terms])
                write_curve(outs.curve, columns, outcome.curve)
                memo.store(STEP, key, outs.files)
                return
    machine.group.broadcast("")
    for row in read_curve(outs.curve):
        log(row, int(row["iteration"]))


def _make_job(config: TrainConfig, phase: PhaseConfig, paths: PhasePaths) -> Job:
    return Job(
        phase=phase,
        subject=OneStream(ClipStore(paths.clips_dir, config.stream), model_of(config, phase)),
        terms=terms_of(phase, config.gaze),
        gaze=gaze_of(phase, config.gaze),
        num_classes=count_classes(paths.classes_csv),
        initial=find_initial(phase.initial, paths.previous, paths.root),
        teacher=teacher_file(phase, paths.previous),
        seed=config.seed,
    )
