"""Puts a job's network, data and checkpoints together, and trains it to the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.clips.batch import Batch
from pipeline.clips.dataset import EvaluationClips, TrainingClips
from pipeline.clips.gaze_source import make_gaze_source
from pipeline.clips.loader import consecutive_batches, make_loader
from pipeline.clips.params import GazeSupervisionConfig
from pipeline.clips.sampler import EpochSampler, Share
from pipeline.models.build import build_recognizer
from pipeline.progress import Progress
from pipeline.training.checkpoint import Checkpoints, Position, at_start
from pipeline.training.curve import Row
from pipeline.training.distributed import Group
from pipeline.training.initial import load_initial
from pipeline.training.job import Job
from pipeline.training.learner import Learner
from pipeline.training.loop import Length, Log, Loop
from pipeline.training.objective import Objective
from pipeline.training.phase_file import TrainedNetwork
from pipeline.training.validation import Validated, validate

CHECKPOINT_SECONDS = 60.0
"""Work that a kill may cost, where an epoch takes longer."""

NO_GAZE = GazeSupervisionConfig(source="none")


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
    """A network, and how it came to be."""

    trained: TrainedNetwork
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
    model = build_recognizer(job.model, job.store.num_channels, job.num_classes, job.seed)
    load_initial(model, job.phase.initial, job.initial)
    objective = Objective(job.terms, job.model.compat, group)
    return Learner(
        model, job.phase, objective, dropout=job.model.dropout, seed=job.seed, group=group
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


def _pieces(job: Job, position: Position, length: Length, machine: Machine) -> Iterator[Batch]:
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
    dataset = TrainingClips(
        job.store,
        job.phase.sampler,
        job.phase.augmentation,
        make_gaze_source(job.gaze, job.store, clips, job.seed),
        job.seed,
    )
    loader = make_loader(
        dataset, sampler, num_workers=machine.workers, is_pinned=device.type == "cuda"
    )
    for batch in loader:
        yield batch.to(device)


def _make_validation(
    job: Job, learner: Learner, machine: Machine
) -> Callable[[], Validated] | None:
    """Return the validation of this process's share of the clips; None where there are none."""
    group = machine.group
    clips = job.store.of_part("validation")
    if not clips:
        return None
    dataset = EvaluationClips(
        job.store,
        clips[group.rank :: group.world],
        length=job.phase.sampler.frames,
        stride=job.phase.validation.stride,
        crop=job.phase.augmentation.crop,
        gaze_source=make_gaze_source(NO_GAZE, job.store, clips, job.seed),
    )
    loader = make_loader(
        dataset,
        consecutive_batches(len(dataset), _piece_size(job)),
        num_workers=machine.workers,
        is_pinned=group.device.type == "cuda",
    )
    return lambda: validate(learner.model, loader, job.phase, group)


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
    trained = TrainedNetwork(job.model, job.store.num_channels, job.num_classes, weights, epoch)
    return Outcome(trained, position.rows)
