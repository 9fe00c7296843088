"""What a reader returns: clips as the annotation files name them, before a video was opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.quarantine import Quarantined
from pipeline.tables.classes import LabelClass


class Span(NamedTuple):
    """Frames from ``start`` to before ``stop``, counted from 0."""

    start: int
    stop: int


@dataclass(frozen=True)
class ListedClip:
    """A clip that an annotation file names.

    Args:
        clip: its name.
        session: the recording.
        subject: who wore the camera; empty where unknown.
        video: path below the data set's folder.
        in_video: its frames of the video, or None for the whole video.
        in_session: its frames of the session, or None for where its video lies among the
            session's videos, put end to end in the order of their paths.
        action: id from 0.
        verb: id from 0, None in a set without verbs.
        nouns: ids from 0.
        part: train, validation or test, as the lists say.
        place: file and line, for messages.
    """

    clip: str
    session: str
    subject: str
    video: str
    in_video: Span | None
    in_session: Span | None
    action: int
    verb: int | None
    nouns: tuple[int, ...]
    part: str
    place: str


@dataclass(frozen=True)
class Listing:
    """A data set's annotations.

    Args:
        clips: in the order of the lists, each name once.
        classes: actions, verbs, nouns.
        gaze: path below the data set's folder of each session's gaze file, where it has one.
        quarantined: rows that were left out, each with its reason.
    """

    clips: tuple[ListedClip, ...]
    classes: tuple[LabelClass, ...]
    gaze: Mapping[str, str]
    quarantined: tuple[Quarantined, ...]


def leave_out(clip: ListedClip, reason: str, detail: str) -> Quarantined:
    """Return the quarantine entry of a listed clip; the detail ends with the place in the lists."""
    return Quarantined(
        stage="index",
        session=clip.session,
        clip=clip.clip,
        video=clip.video,
        reason=reason,
        detail=f"{detail} ({clip.place})",
    )
