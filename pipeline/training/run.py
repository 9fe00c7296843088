"""Puts a job's network, data and checkpoints together, and trains it to the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.clips.gaze_source import make_gaze_source
from pipeline.clips.sampler import EpochSampler, Share
from pipeline.clips.two_stream import AnyBatch
from pipeline.progress import Progress
from pipeline.training.checkpoint import Checkpoints, Position, Weights, at_start
from pipeline.training.curve import Row
from pipeline.training.distributed import Group
from pipeline.training.job import Job
from pipeline.training.learner import Learner, Rules
from pipeline.training.length import Length
from pipeline.training.loop import Log, Loop
from pipeline.training.objective import Objective
from pipeline.training.teacher import load_teacher
from pipeline.training.validation import Validated, validate

CHECKPOINT_SECONDS = 60.0
"""Work that a kill may cost, where an epoch takes longer."""


@dataclass(frozen=True)
class Machine:
    """What a phase runs on; it changes how long it takes, never what comes out.

    Args:
        group: the processes that train together.
        workers: processes that decode for each of them; 0 decodes in them.
        clock: the time in seconds.
    """

    group: Group
    workers: int
    clock: Callable[[], float]


@dataclass(frozen=True)
class Outcome:
    """What a network has learnt, and how.

    Args:
        weights: its tensors.
        epoch: the epoch that they are of.
        curve: one row an epoch.
    """

    weights: Weights
    epoch: int
    curve: list[Row]


def train(job: Job, folder: Path, machine: Machine, log: Log) -> Outcome:
    """Train a job, from its last checkpoint if there is one; every process of the group calls this.

    Args:
        job: what to train.
        folder: of the checkpoints; it outlives a kill.
        machine: what to train on.
        log: is given every row of the curve, those from before a kill too, and its iteration.
    """
    checkpoints = Checkpoints(
        folder,
        seconds=CHECKPOINT_SECONDS,
        clock=machine.clock,
        is_writer=machine.group.is_first,
    )
    learner = _make_learner(job, machine.group)
    checkpoint = checkpoints.load()
    position = checkpoint.position if checkpoint else at_start()
    if checkpoint:
        learner.restore(checkpoint)
    for row in position.rows:
        log(row, int(row["iteration"]))
    length = _measure(job)
    with _progress(length.iterations - position.iteration, machine.group) as advance:
        check = _make_validation(job, learner, machine)
        loop = Loop(learner, length, check, checkpoints, log, advance)
        position = loop.run(position, _pieces(job, position, length, machine))
    return _outcome(job, learner, checkpoints, position)


def _make_learner(job: Job, group: Group) -> Learner:
    phase, subject = job.phase, job.subject
    network = subject.build(job.naming, job.seed)
    if job.initial:
        job.initial.load(network)
    teacher = load_teacher(job.teacher, phase.precision, group.device) if job.teacher else None
    return Learner(
        network,
        phase,
        Objective(job.terms, group),
        teacher=teacher,
        rules=Rules(subject.compat, subject.dropout, job.seed),
        group=group,
    )


def _piece_size(job: Job) -> int:
    return job.phase.batch_size // job.phase.accumulate


def _measure(job: Job) -> Length:
    """The clips that fill no piece are left out of an epoch, as `EpochSampler` does."""
    accumulate = job.phase.accumulate
    pieces_per_epoch = max(len(job.store.of_part("train")) // _piece_size(job), 1)
    epochs = job.phase.epochs or 0
    iterations = job.phase.iterations or max(epochs * pieces_per_epoch // accumulate, 1)
    return Length(iterations, pieces_per_epoch, accumulate)


def _pieces(job: Job, position: Position, length: Length, machine: Machine) -> Iterator[AnyBatch]:
    """Yield this process's share of every piece from a position on, on the device."""
    clips = job.store.of_part("train")
    device = machine.group.device
    sampler = EpochSampler(
        clips,
        batch_size=_piece_size(job),
        seed=job.seed,
        share=Share(machine.group.rank, machine.group.world),
        first_iteration=position.iteration * length.accumulate,
        stop_iteration=length.iterations * length.accumulate,
    )
    batches = job.subject.training_batches(
        job.phase,
        sampler,
        make_gaze_source(job.gaze, job.store, clips, job.seed),
        job.seed,
        num_workers=machine.workers,
        is_pinned=device.type == "cuda",
    )
    for batch in batches:
        yield batch.to(device)


def _make_validation(
    job: Job, learner: Learner, machine: Machine
) -> Callable[[], Validated] | None:
    """Return the validation of this process's share of the clips; None where there are none."""
    group = machine.group
    clips = job.store.of_part("validation")
    if not clips:
        return None
    batches = job.subject.validation_batches(
        job.phase,
        clips[group.rank :: group.world],
        _piece_size(job),
        num_workers=machine.workers,
        is_pinned=group.device.type == "cuda",
    )
    return lambda: validate(learner.model, batches, job.phase, group)


@contextmanager
def _progress(total: int, group: Group) -> Iterator[Callable[[int, str], None]]:
    if not group.is_first:
        yield lambda _amount, _note: None
        return
    with Progress("train", total, "iteration") as progress:
        yield progress.advance


def _outcome(job: Job, learner: Learner, checkpoints: Checkpoints, position: Position) -> Outcome:
    """Take the weights that the phase keeps."""
    weights, epoch = learner.weights(), int(position.rows[-1]["epoch"])
    if job.phase.keep == "best" and position.best is not None:
        weights, epoch = checkpoints.load_best(), position.best.epoch
    return Outcome(weights, epoch, position.rows)
