"""Joins frames, flow and gaze into the training store, clip by clip.

A session's file holds a table, some gaze and links, no image, so all of them are written anew at
each run: that takes less time than finding out which of them changed, and equal content gives
equal bytes.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.atomic import write_text
from pipeline.clips.agreement import find_fault, is_covered_by_gaze
from pipeline.clips.params import PackConfig
from pipeline.clips.shard import write_shard
from pipeline.clips.stored import (
    StoredSession,
    count_gaze_rows,
    read_stored_gaze,
    read_stored_images,
)
from pipeline.clips.tally import Tally, check_share, count_reasons
from pipeline.quarantine import Quarantined, read_quarantine, write_quarantine
from pipeline.tables.clips import Clip, read_clips

Row = TypeVar("Row", Clip, Quarantined)


@dataclass(frozen=True)
class StoreDirs:
    """The folders of the sessions' files, one file a session in each."""

    frames: Path
    flow: Path
    gaze: Path


@dataclass(frozen=True)
class _Checked:
    """One session's clips after all checks."""

    usable: list[Clip]
    stored: StoredSession
    reasons: list[tuple[str, str]]
    faults: list[Quarantined]


def pack_clips(
    config: PackConfig,
    *,
    clips_csv: Path,
    stores: StoreDirs,
    quarantine_dir: Path,
    out_dir: Path,
    summary_path: Path,
) -> Tally:
    """Write ``<out_dir>/<session>.h5`` for every session that has a usable clip.

    Also writes ``<quarantine_dir>/pack.csv`` with the clips that pack itself refuses, and the
    counts of all stages to ``summary_path``, both before it may stop.

    Raises:
        PackError: too many of the listed clips are quarantined; no session is written then.
    """
    clips = read_clips(clips_csv)
    refused = read_quarantine(quarantine_dir / "index.csv")
    entries = [
        entry
        for stage in ("frames", "flow", "gaze")
        for entry in read_quarantine(quarantine_dir / f"{stage}.csv")
    ]
    entries_of = _by_session(entries)
    checked = {
        session: _check_session(
            listed, stores, entries_of.get(session, []), needs_flow=config.needs_flow
        )
        for session, listed in _by_session(clips).items()
    }
    tally = _tally(checked, len(clips), refused)
    write_quarantine(
        quarantine_dir / "pack.csv", [fault for found in checked.values() for fault in found.faults]
    )
    _write_summary(summary_path, tally, config)
    check_share(tally, config.max_quarantined_share)
    _write_sessions(checked, stores.gaze, out_dir)
    return tally


def _by_session(rows: Sequence[Row]) -> dict[str, list[Row]]:
    sessions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        sessions[row.session].append(row)
    return {session: sessions[session] for session in sorted(sessions)}


def _refuses(entry: Quarantined, clip: Clip) -> bool:
    """Return whether an entry takes a clip out: it names the clip, or its video, or its session.

    A lack of gaze takes out training clips only. Gaze is no input of a test, and methods with and
    without it must be scored on the same clips.
    """
    if entry.stage == "gaze" and clip.part != "train":
        return False
    if entry.clip:
        return entry.clip == clip.clip
    return entry.video in ("", clip.video)


def _check_session(
    clips: Sequence[Clip],
    stores: StoreDirs,
    entries: Sequence[Quarantined],
    *,
    needs_flow: bool,
) -> _Checked:
    """Sort a session's clips into usable ones, those of earlier stages' lists, and new faults."""
    session = clips[0].session
    name = f"{session}.h5"
    stored = StoredSession(
        frames=read_stored_images(stores.frames / name),
        flow=read_stored_images(stores.flow / name),
        num_gaze_rows=count_gaze_rows(stores.gaze / name),
    )
    checked = _Checked([], stored, [], [])
    for clip in clips:
        earlier = next((entry for entry in entries if _refuses(entry, clip)), None)
        if earlier is not None:
            checked.reasons.append((earlier.stage, earlier.reason))
            continue
        fault = find_fault(clip, stored, needs_flow=needs_flow)
        if fault is None:
            checked.usable.append(clip)
            continue
        checked.reasons.append(("pack", fault.reason))
        checked.faults.append(
            Quarantined("pack", session, clip.clip, clip.video, fault.reason, fault.detail)
        )
    return checked


def _tally(checked: dict[str, _Checked], num_clips: int, refused: Sequence[Quarantined]) -> Tally:
    """Add up; the clip table is free of what index refused, so its entries count on top."""
    reasons = [(entry.stage, entry.reason) for entry in refused]
    reasons += [pair for found in checked.values() for pair in found.reasons]
    without_gaze = [
        clip
        for found in checked.values()
        for clip in found.usable
        if not is_covered_by_gaze(clip, found.stored.num_gaze_rows)
    ]
    return Tally(num_clips + len(refused), count_reasons(reasons), len(without_gaze))


def _write_summary(path: Path, tally: Tally, config: PackConfig) -> None:
    summary = {
        "listed": tally.num_listed,
        "usable": tally.num_listed - tally.num_dropped,
        "quarantined": tally.num_dropped,
        "share": tally.share,
        "max_share": config.max_quarantined_share,
        "stages": tally.dropped,
        "usable_without_gaze": tally.num_without_gaze,
    }
    write_text(path, json.dumps(summary, indent=2) + "\n")


def _write_sessions(checked: dict[str, _Checked], gaze_dir: Path, out_dir: Path) -> None:
    """Write every session that has a usable clip, and remove files of those that have none."""
    written = set()
    for session, found in checked.items():
        if not found.usable:
            continue
        path = out_dir / f"{session}.h5"
        gaze = read_stored_gaze(gaze_dir / path.name)
        write_shard(path, found.usable, found.stored, gaze)
        written.add(path)
    for path in out_dir.glob("*.h5"):
        if path not in written:
            path.unlink()
