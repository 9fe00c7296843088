"""From an explanation file and the packed set to the table and the summary of one stream."""

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.atomic import write_text
from pipeline.clips.store import ClipStore
from pipeline.gaze_metrics.clip_reader import ClipGazeReader
from pipeline.gaze_metrics.map_source import clips_with_maps, read_clip
from pipeline.gaze_metrics.params import GazeMetricsConfig
from pipeline.gaze_metrics.stream import StreamMaps, StreamResults, constant_maps, measure_stream
from pipeline.gaze_metrics.summary import summarise
from pipeline.gaze_metrics.table import write_table
from pipeline.memo import content_key, file_digest, file_digests

VERSION = 1
"""Raised when the same maps and gaze would get other numbers; part of the memo key."""

CODE = (
    *("clips", "evaluation", "frame_maps", "frames", "gaze", "gaze_metrics", "statistics"),
    "tables",
)
"""The packages whose code the numbers come from."""


def write_metrics(
    store: ClipStore, explanation: Path, config: GazeMetricsConfig, table: Path, summary: Path
) -> None:
    """Measure a stream, and write its table and its summary.

    Both are there, without numbers, where the stream has no maps or the data set no gaze.
    """
    results = _measure(store, explanation, config)
    write_table(table, results.measured if results else [])
    record = summarise(store.stream, results, config)
    write_text(summary, json.dumps(record, indent=1, allow_nan=False) + "\n")


def work_key(store: ClipStore, explanation: Path, config: GazeMetricsConfig) -> str:
    """Return the memo key: maps, gaze, rows, configuration and code."""
    root = Path(__file__).resolve().parents[1]
    code = [path for package in CODE for path in (root / package).rglob("*.py")]
    sessions = sorted({clip.session for clip in store.clips})
    clips = file_digests(store.clips_dir, [store.clips_dir / f"{name}.h5" for name in sessions])
    return content_key(
        *(file_digest(explanation), clips, store.stream, config),
        *(file_digests(root, code), VERSION),
    )


def read_means(summary: Path) -> Mapping[str, float]:
    """Return the means for the tracking store, named like ``gaze/attention/nss``."""
    record = json.loads(summary.read_text(encoding="utf-8"))
    return {
        f"gaze/{kind}/{name}": float(metric["mean"])
        for kind, own in record["kinds"].items()
        for name, metric in own["metrics"].items()
        if metric is not None
    }


def _measure(
    store: ClipStore, explanation: Path, config: GazeMetricsConfig
) -> StreamResults | None:
    names = {kind: frozenset(clips) for kind, clips in clips_with_maps(explanation).items()}
    if not names:
        return None
    kind = next(iter(names))
    crop = read_clip(explanation, min(names[kind]), kind).crop
    reader = ClipGazeReader(store.clips_dir, store.stream, crop)
    constants = constant_maps(reader, store.clips, config.sigma_cells)
    maps = StreamMaps(explanation, store.clips, names, constants)
    return measure_stream(maps, reader, config, f"gaze_metrics {store.stream}")
