"""The index of a data set: reader, containers and split protocol brought to one set of tables."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.annotations.containers import Container, inspect_videos
from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.listing import ListedClip
from pipeline.annotations.params import IndexConfig
from pipeline.annotations.placing import place_clips
from pipeline.annotations.protocols import PROTOCOLS
from pipeline.annotations.readers import READERS, dataset_folder
from pipeline.annotations.report import IndexReport, make_report, record_protocol, write_report
from pipeline.annotations.splits import carve_validation
from pipeline.annotations.widening import keep_inside
from pipeline.fanout import Crew
from pipeline.memo import Memo, file_digest
from pipeline.quarantine import Quarantined, write_quarantine
from pipeline.tables.classes import write_classes
from pipeline.tables.clips import Clip, write_clips
from pipeline.tables.sessions import (
    BEGAZE,
    SessionGaze,
    SessionVideo,
    write_session_gaze,
    write_session_videos,
)


def write_index(
    config: IndexConfig, index_dir: Path, quarantine_path: Path, memo: Memo, crew: Crew
) -> IndexReport:
    """Read, check and write a data set's index.

    Args:
        config: which data set, protocol and validation part.
        index_dir: gets clips.csv, classes.csv, sessions.csv, gaze.csv and report.json.
        quarantine_path: gets what was left out.
        memo: keeps what was found in the videos.
        crew: who inspects videos.

    Raises:
        AnnotationError: an annotation file is faulty as a whole, or no clip is left.
    """
    protocol = PROTOCOLS[config.protocol]
    listing = READERS[config.dataset.name](config.dataset.root, protocol.splits)
    division = protocol.divide(listing.clips, config.protocol_seed)
    folder = dataset_folder(config.dataset.root)
    containers = inspect_videos(folder, _videos_by_session(division.clips), memo, crew)
    division = keep_inside(division, containers)
    clips, unplaced = place_clips(division.clips, containers)
    quarantined = [*listing.quarantined, *unplaced]
    write_quarantine(quarantine_path, quarantined)
    if not clips:
        raise AnnotationError(_describe_empty(config, quarantine_path, quarantined))
    carving = carve_validation(clips, config.validation, config.seed)
    record = record_protocol(config.protocol, config.protocol_seed, division, carving.clips)
    report = make_report(listing, record, carving, [entry.reason for entry in quarantined])
    write_clips(index_dir / "clips.csv", carving.clips)
    write_classes(index_dir / "classes.csv", listing.classes)
    write_session_videos(index_dir / "sessions.csv", _session_videos(clips, containers))
    write_session_gaze(index_dir / "gaze.csv", _session_gaze(folder, clips, listing.gaze))
    write_report(index_dir / "report.json", report)
    return report


def _videos_by_session(clips: Sequence[ListedClip]) -> dict[str, list[str]]:
    videos: dict[str, set[str]] = defaultdict(set)
    for clip in clips:
        videos[clip.session].add(clip.video)
    return {session: sorted(names) for session, names in videos.items()}


def _session_videos(
    clips: Sequence[Clip], containers: Mapping[str, Container]
) -> list[SessionVideo]:
    used = {(clip.session, clip.subject, clip.video) for clip in clips}
    return [
        SessionVideo(
            session, subject, video, containers[video].num_frames, containers[video].digest
        )
        for session, subject, video in used
    ]


def _session_gaze(
    folder: Path, clips: Sequence[Clip], gaze: Mapping[str, str]
) -> list[SessionGaze]:
    """Return a row for every session that has clips left, empty where it has no gaze."""
    return [
        SessionGaze(session, gaze[session], file_digest(folder / gaze[session]), BEGAZE)
        if session in gaze
        else SessionGaze(session, "", "", "")
        for session in {clip.session for clip in clips}
    ]


def _describe_empty(
    config: IndexConfig, quarantine_path: Path, quarantined: Sequence[Quarantined]
) -> str:
    counts = Counter(entry.reason for entry in quarantined)
    reasons = ", ".join(f"{number} {reason}" for reason, number in counts.most_common())
    return (
        f"{config.dataset.root}: no clip of {config.dataset.name}, {config.protocol} can be used: "
        f"{reasons}; the first: {quarantined[0].detail}; all of them: {quarantine_path}"
    )
