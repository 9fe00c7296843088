"""Makes the whole set under one folder, or a note that says why it is not there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.atomic import write_text
from pipeline.fanout import Crew, fan_out
from pipeline.kitchen.annotations import write_annotations
from pipeline.kitchen.params import KitchenParams
from pipeline.kitchen.plan import plan_sessions
from pipeline.kitchen.session import SessionWork, write_session
from pipeline.progress import Progress

FOLDERS = ("cropped_clips", "gaze_data", "action_annotation")
NOTE = "Not rendered: another data set was chosen. Set dataset.name to kitchen to have it.\n"


class KitchenError(ValueError):
    """The folder for the set cannot be written."""


@dataclass(frozen=True)
class KitchenSummary:
    """Counts of what was written."""

    subjects: int
    sessions: int
    classes: int
    clips: int
    frames: int


def write_kitchen(
    params: KitchenParams, root: Path, crew: Crew, progress: Progress
) -> KitchenSummary:
    """Render the set into an empty folder; equal params give equal bytes.

    Args:
        params: size and seed.
        root: the folder, absent or empty; the annotation lists come last.
        crew: who renders the sessions.
        progress: advances by one a session.

    Raises:
        KitchenError: the folder holds something already.
    """
    _need_empty(root)
    sessions = plan_sessions(params)
    works = [SessionWork(session, params, root.absolute()) for session in sessions]
    frames = fan_out(write_session, works, crew=crew, progress=progress)
    clips = [clip for session in sessions for clip in session.clips]
    rng = np.random.default_rng((params.seed, 5))
    write_annotations(clips, root / "action_annotation", rng)
    return KitchenSummary(
        subjects=len({session.subject for session in sessions}),
        sessions=len(sessions),
        classes=len({clip.action for clip in clips}),
        clips=len(clips),
        frames=sum(frames),
    )


def write_notes(root: Path) -> None:
    """Make the set's folders with a note each, for a run on another data set."""
    _need_empty(root)
    for folder in FOLDERS:
        write_text(root / folder / "not_written.txt", NOTE)


def _need_empty(root: Path) -> None:
    if root.exists() and any(root.iterdir()):
        raise KitchenError(
            f"{root}: found {sorted(path.name for path in root.iterdir())}, expected no folder or "
            f"an empty one; run `dvc repro kitchen`, which clears it, or remove it"
        )
