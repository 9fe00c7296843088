"""One stream: thresholds from the validation part, then every test clip, one after the other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from pipeline.clips.row import ClipRow
from pipeline.evaluation.explain import MapKind
from pipeline.frame_maps.merge import FrameMaps, merge_windows, same_for_all
from pipeline.gaze_metrics.baselines import (
    CENTRE,
    INTER_WINDOW,
    TRAINING_GAZE,
    UNIFORM,
    centre_map,
    draw_partners,
    in_place_of,
    training_gaze_map,
    uniform_map,
)
from pipeline.gaze_metrics.clip import Measured, f1_curve, measure_clip
from pipeline.gaze_metrics.clip_reader import ClipGazeReader
from pipeline.gaze_metrics.detection import Threshold, choose_threshold
from pipeline.gaze_metrics.enlarge import MAP_CELLS
from pipeline.gaze_metrics.gaze_points import ClipGaze, cells_of, count_cells
from pipeline.gaze_metrics.map_source import read_clip
from pipeline.gaze_metrics.measure import Rules
from pipeline.gaze_metrics.params import GazeMetricsConfig
from pipeline.progress import Progress

Counts = Int[np.ndarray, " P"]


@dataclass(frozen=True)
class StreamMaps:
    """What is measured of a stream.

    Args:
        path: the explanation file.
        clips: of the packed set, all parts.
        names: clips with maps, by kind of map.
        constants: maps that are the same for every frame, by name.
    """

    path: Path
    clips: Sequence[ClipRow]
    names: Mapping[MapKind, frozenset[str]]
    constants: Mapping[str, Float[np.ndarray, "H W"]]

    def of_part(self, part: str) -> list[ClipRow]:
        """Return a part's clips that have a map of any kind."""
        some = frozenset[str]().union(*self.names.values())
        return [clip for clip in self.clips if clip.part == part and clip.name in some]


@dataclass(frozen=True)
class StreamResults:
    """Everything that was measured of a stream.

    Args:
        measured: of each test clip, in the order of the store, every kind of map.
        thresholds: of each kind that the validation part has chosen one for.
        skipped: frames of these clips whose gaze does not count, by reason.
        frames: of these clips.
    """

    measured: Sequence[tuple[ClipRow, Mapping[str, Measured]]]
    thresholds: Mapping[str, Threshold]
    skipped: Mapping[str, int]
    frames: int


def constant_maps(
    reader: ClipGazeReader, clips: Sequence[ClipRow], sigma_cells: float
) -> dict[str, Float[np.ndarray, "H W"]]:
    """Return the maps that know nothing of a frame; where training has no gaze, without its."""
    maps = {UNIFORM: uniform_map(), CENTRE: centre_map()}
    training = training_gaze_map(count_gaze(reader, clips, "train"), sigma_cells)
    return maps if training is None else {**maps, TRAINING_GAZE: training}


def count_gaze(reader: ClipGazeReader, clips: Sequence[ClipRow], part: str) -> Counts:
    """Count the gaze points of a part in each cell of the map."""
    counts = np.zeros(MAP_CELLS**2, np.int64)
    for clip in clips:
        if clip.part == part:
            counts += _count_own(reader.read(clip)[0])
    return counts


def measure_stream(
    maps: StreamMaps, reader: ClipGazeReader, config: GazeMetricsConfig, label: str
) -> StreamResults:
    """Measure every kind of map on every test clip that has one.

    Args:
        maps: what to measure.
        reader: of gaze.
        config: constants of the definitions.
        label: what progress calls the work.
    """
    thresholds = _choose_thresholds(maps, reader, config)
    levels = {kind: threshold.level for kind, threshold in thresholds.items()}
    levels |= {kind + INTER_WINDOW: levels[kind] for kind in maps.names if kind in levels}
    partners: dict[str, dict[str, str]] = {
        kind: _partners(maps, kind, config.seed) for kind in maps.names
    }
    everyone = count_gaze(reader, maps.clips, "test")
    tests = maps.of_part("test")
    measured, skipped = [], Counter[str]()
    with Progress(label, len(tests), "clip") as progress:
        for clip in tests:
            gaze, picture = reader.read(clip)
            others = everyone - _count_own(gaze)
            rules = Rules(others if others.any() else None, picture, config.field_of_view_degrees)
            kinds = _kinds_of_clip(maps, clip, gaze, partners)
            measured.append((clip, measure_clip(kinds, gaze, rules, levels, config)))
            skipped.update(gaze.skipped)
            progress.advance()
    return StreamResults(measured, thresholds, skipped, sum(clip.num_frames for clip in tests))


def _choose_thresholds(
    maps: StreamMaps, reader: ClipGazeReader, config: GazeMetricsConfig
) -> dict[str, Threshold]:
    """Choose each kind's threshold on its validation clips; none for a kind without any."""
    curves: dict[str, list[Float[np.ndarray, " K"]]] = {}
    for clip in maps.clips:
        if clip.part != "validation":
            continue
        gaze, _ = reader.read(clip)
        for kind, of_frames in _kinds_of_clip(maps, clip, gaze, {}).items():
            curve = f1_curve(of_frames, gaze, config.label_radius_cells)
            if curve is not None:
                curves.setdefault(kind, []).append(curve)
    return {kind: choose_threshold(of_kind) for kind, of_kind in curves.items()}


def _kinds_of_clip(
    maps: StreamMaps,
    clip: ClipRow,
    gaze: ClipGaze,
    partners: Mapping[str, Mapping[str, str]],
) -> dict[str, FrameMaps]:
    """Return every kind of map of a clip's frames, the inter-window ones where it has a partner."""
    found = {name: same_for_all(one, gaze.frames) for name, one in maps.constants.items()}
    for kind, names in maps.names.items():
        if clip.name in names:
            own = read_clip(maps.path, clip.name, kind)
            found[kind] = merge_windows(own, gaze.frames)
            partner = partners.get(kind, {}).get(clip.name)
            if partner is not None:
                other = in_place_of(own, read_clip(maps.path, partner, kind))
                found[kind + INTER_WINDOW] = merge_windows(other, gaze.frames)
    return found


def _partners(maps: StreamMaps, kind: MapKind, seed: int) -> dict[str, str]:
    """Draw each test clip's partner among those with this kind of map."""
    tests = [clip for clip in maps.of_part("test") if clip.name in maps.names[kind]]
    return draw_partners([clip.name for clip in tests], [clip.session for clip in tests], seed)


def _count_own(gaze: ClipGaze) -> Counts:
    return count_cells(cells_of(gaze.points[gaze.is_inside]))
