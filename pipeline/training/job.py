"""A phase with everything that it needs found and checked, before any work begins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.clips.params import GazeSupervisionConfig
from pipeline.clips.row import NO_CLASS, ClipRow
from pipeline.clips.store import ClipStore
from pipeline.memo import content_key, file_digest
from pipeline.models.naming import Naming, Target, name_classes
from pipeline.tables.classes import KINDS, of_kind, read_classes
from pipeline.training.errors import TrainingError
from pipeline.training.fingerprint import code_digest, data_digest
from pipeline.training.initial import InitialWeights
from pipeline.training.joint_initial import StreamWeights
from pipeline.training.joint_streams import BothStreams
from pipeline.training.one_stream import OneStream
from pipeline.training.params import PhaseConfig
from pipeline.training.term_params import TermConfig

PARTS = ("train", "validation")
STORED_GAZE = frozenset({"real", "shuffled", "shifted"})
"""The sources that read the data set's own gaze."""

LABELS: dict[Target, Callable[[ClipRow], int]] = {
    "action": lambda row: row.action,
    "verb": lambda row: row.verb,
    "noun": lambda row: row.noun,
}
"""The class id of a clip, by kind."""


@dataclass(frozen=True)
class Job:
    """What is to be trained.

    Args:
        phase: how.
        subject: the network, and the clips that it sees.
        terms: its loss.
        gaze: whose gaze its terms see.
        num_classes: actions, verbs and nouns of the data set, by kind.
        initial: its initial weights; None for random ones.
        teacher: the file of its teacher; None in a phase without one.
        seed: of the run.
    """

    phase: PhaseConfig
    subject: OneStream | BothStreams
    terms: list[TermConfig]
    gaze: GazeSupervisionConfig
    num_classes: Mapping[str, int]
    initial: InitialWeights | StreamWeights | None
    teacher: Path | None
    seed: int

    @property
    def has_stored_gaze(self) -> bool:
        """Whether any term looks at the data set's gaze."""
        return self.gaze.source in STORED_GAZE

    @property
    def store(self) -> ClipStore:
        """The clips with their parts, labels and gaze, which are the same in both streams."""
        return self.subject.stores[0]

    @property
    def naming(self) -> Naming:
        """The classes that the network tells apart."""
        return name_classes(self.phase.target, self.num_classes)


def check_job(job: Job) -> None:
    """Stop a phase that cannot end well.

    Raises:
        TrainingError: with the param to change.
    """
    if job.phase.keep == "best" and not job.store.of_part("validation"):
        raise TrainingError(
            "found keep: best, but no validation clips to choose by; give validation.by and "
            "validation.share in params.yaml, or keep: last in the recipe's phase"
        )
    if job.has_stored_gaze and not _has_gaze(job.store):
        raise TrainingError(
            "no frame of any training clip has valid gaze for the recipe's gaze terms; train "
            "without them by supervision.gaze=none"
        )
    for part in PARTS:
        clips = job.store.of_part(part)
        if clips and not any(_is_labelled(job, clip) for clip in clips):
            raise TrainingError(
                f"no {part} clip has a {job.phase.target}, which the recipe's phase learns "
                "(target); use a data set with such labels, or another method"
            )


def job_key(job: Job) -> str:
    """Return the key of the phase's outcome: all that it depends on, and nothing else.

    Neither the stage's nor the method's name enters, so that an equal phase is shared; nor does
    where a file of weights was found.
    """
    values = {
        **job.phase.model_dump(mode="json", exclude={"initial"}),
        "losses": [term.model_dump(mode="json") for term in job.terms],
    }
    data = [
        data_digest(store, PARTS, with_gaze=job.has_stored_gaze and store is job.store)
        for store in job.subject.stores
    ]
    return content_key(
        job.subject.key,
        values,
        job.initial.key if job.initial else None,
        file_digest(job.teacher) if job.teacher else None,
        job.gaze,
        dict(job.num_classes),
        job.seed,
        data,
        code_digest(),
    )


def count_classes(classes_csv: Path) -> dict[str, int]:
    """Return the number of classes of each kind."""
    classes = read_classes(classes_csv)
    return {kind: len(of_kind(classes, kind)) for kind in KINDS}


def _has_gaze(store: ClipStore) -> bool:
    return any(
        store.gaze(clip, np.arange(store.clips[clip].num_frames))[1].any()
        for clip in store.of_part("train")
    )


def _is_labelled(job: Job, clip: int) -> bool:
    return LABELS[job.phase.target](job.store.clips[clip]) != NO_CLASS
