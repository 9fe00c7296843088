"""A phase with everything that it needs found and checked, before any work begins."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.clips.params import GazeSupervisionConfig
from pipeline.clips.store import ClipStore
from pipeline.memo import content_key
from pipeline.models.params import ModelConfig
from pipeline.tables.classes import of_kind, read_classes
from pipeline.training.errors import TrainingError
from pipeline.training.fingerprint import code_digest, data_digest
from pipeline.training.initial import initial_digest
from pipeline.training.params import PhaseConfig, TermConfig

PARTS = ("train", "validation")
STORED_GAZE = frozenset({"real", "shuffled", "shifted"})
"""The sources that read the data set's own gaze."""


@dataclass(frozen=True)
class Job:
    """What is to be trained.

    Args:
        phase: how.
        model: which network.
        terms: its loss.
        gaze: whose gaze its terms see.
        store: the clips, in one stream.
        num_classes: actions.
        initial: the file of its initial weights; None for random ones.
        seed: of the run.
    """

    phase: PhaseConfig
    model: ModelConfig
    terms: list[TermConfig]
    gaze: GazeSupervisionConfig
    store: ClipStore
    num_classes: int
    initial: Path | None
    seed: int

    @property
    def has_stored_gaze(self) -> bool:
        """Whether any term looks at the data set's gaze."""
        return self.gaze.source in STORED_GAZE


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


def job_key(job: Job) -> str:
    """Return the key of the phase's outcome: all that it depends on, and nothing else.

    Neither the stage's nor the method's name enters, so that an equal phase is shared.
    """
    values = {
        **job.phase.model_dump(mode="json"),
        "losses": [term.model_dump(mode="json") for term in job.terms],
        "initial": {
            **job.phase.initial.model_dump(mode="json", exclude={"path"}),
            "digest": initial_digest(job.initial),
        },
    }
    data = data_digest(job.store, PARTS, with_gaze=job.has_stored_gaze)
    return content_key(
        job.store.stream,
        values,
        job.model,
        job.gaze,
        job.num_classes,
        job.seed,
        data,
        code_digest(),
    )


def count_actions(classes_csv: Path) -> int:
    """Return the number of action classes."""
    return len(of_kind(read_classes(classes_csv), "action"))


def _has_gaze(store: ClipStore) -> bool:
    return any(
        store.gaze(clip, np.arange(store.clips[clip].num_frames))[1].any()
        for clip in store.of_part("train")
    )
