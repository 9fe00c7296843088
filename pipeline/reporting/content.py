"""What the page shows beside the numbers, gathered from the files of the stages before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.evaluation.explain import (
    MAP_TITLES,
    ClipMaps,
    Faithfulness,
    MapKind,
    read_faithfulness,
    read_features,
    read_maps,
    read_sample,
)
from pipeline.memo import Memo
from pipeline.quarantine import read_quarantine
from pipeline.reporting.curves import read_curves
from pipeline.reporting.embedding import Embedded, embed_stream
from pipeline.reporting.flow_quality import measure_flow
from pipeline.reporting.gallery import (
    GalleryClip,
    GazedImages,
    StreamView,
    Told,
    choose_clips,
    make_gallery,
)
from pipeline.reporting.image_sample import ImageSample
from pipeline.reporting.measuring import MAP_STREAMS, Folders, Results, read_json
from pipeline.reporting.page import PageContent
from pipeline.reporting.params import ReportConfig
from pipeline.reporting.published import read_published
from pipeline.reporting.results import MEASURES, ResultRow, arrange

USUAL_RATE = 24.0
"""Frames a second of films where the videos are not here to be asked: EGTEA Gaze+'s."""


@dataclass(frozen=True)
class Run:
    """This run in the tracking store: its name, its address, and that of the table of runs."""

    name: str
    link: str
    all_runs_link: str


@dataclass(frozen=True)
class Surroundings:
    """What the page's maker is given beside the run's own files.

    Args:
        store: RGB clips with gaze, for the films.
        sample: of the stored images.
        others: earlier results with another attention.
        params: ``params.yaml``, flat.
        run: this run in the tracking store.
        memo: keeps what takes seconds to make.
    """

    store: GazedImages
    sample: ImageSample
    others: Sequence[ResultRow]
    params: Mapping[str, object]
    run: Run
    memo: Memo


def gather_content(
    config: ReportConfig, folders: Folders, results: Results, around: Surroundings
) -> PageContent:
    """Read, embed and draw everything that the page shows."""
    present = [name for name in MAP_STREAMS if len(results.tests[name].clips)]
    flow = around.sample.flow
    explained = {name: folders.data / "explain" / f"{name}.h5" for name in present}
    return PageContent(
        methods=arrange(_this_row(config, results, around.run), around.others),
        published=read_published(config.dataset),
        gallery=_gallery(config, results, explained, around),
        faithfulness=_faithfulness(explained),
        embedded=_embedded(config, results, explained, around.memo),
        curves=read_curves(folders.models, MAP_STREAMS),
        gaze_quality=read_json(folders.reports / "gaze_quality.json"),
        flow=measure_flow(folders.data / "clips", flow) if flow else None,
        quarantine=[
            entry
            for path in sorted((folders.data / "quarantine").glob("*.csv"))
            for entry in read_quarantine(path)
        ],
        params=around.params,
        runs=_runs(folders.reports / "runs", around.run),
    )


def _this_row(config: ReportConfig, results: Results, run: Run) -> ResultRow:
    known = {name: accuracy for name, accuracy in results.accuracies.items() if accuracy}
    return ResultRow(
        attention=config.attention,
        micro={name: accuracy.micro for name, accuracy in known.items()},
        macro={name: accuracy.macro for name, accuracy in known.items()},
        intervals={
            (name, measure): interval
            for name in known
            for measure in MEASURES
            if (interval := (results.intervals[name] or {}).get(measure))
        },
        run=run.name,
        link=run.link,
        is_this_run=True,
    )


def _gallery(
    config: ReportConfig,
    results: Results,
    explained: Mapping[str, Path],
    around: Surroundings,
) -> list[GalleryClip]:
    sampled = {name for path in explained.values() for name in read_sample(path)}
    chosen = choose_clips(
        results.test, config.overlay_clips, config.overlay_seed, preferred=sorted(sampled)
    )
    names = chosen.clips.tolist()
    streams = {}
    for stream, path in explained.items():
        scores = results.tests[stream]
        rows = np.array([scores.clips.tolist().index(name) for name in names], np.int64)
        streams[stream] = StreamView(scores.take(rows), _maps(path, names))
    told = Told(chosen, results.classes.names, streams)
    return make_gallery(
        around.store, told, around.sample.frames_per_second or USUAL_RATE, around.memo
    )


def _maps(path: Path, names: Sequence[str]) -> dict[MapKind, dict[str, ClipMaps]]:
    """Return each kind of map of the named clips that have it."""
    sampled = set(read_sample(path))
    with_maps: dict[MapKind, list[str]] = {
        "attention": list(names),
        "grad_cam": [name for name in names if name in sampled],
    }
    return {kind: read_maps(path, with_maps[kind], kind) for kind in MAP_TITLES}


def _faithfulness(explained: Mapping[str, Path]) -> dict[str, dict[str, Faithfulness]]:
    return {name: read_faithfulness(path) for name, path in explained.items()}


def _embedded(
    config: ReportConfig, results: Results, explained: Mapping[str, Path], memo: Memo
) -> dict[str, Embedded]:
    seed = config.embedding_seed
    embedded = {
        name: embed_stream(read_features(path), results.tests[name], seed, memo)
        for name, path in explained.items()
    }
    return {name: each for name, each in embedded.items() if each is not None}


def _runs(runs_dir: Path, run: Run) -> dict[str, str]:
    """Return the addresses of this run, of all runs, and of each stage's."""
    links = {"this run": run.link, "all runs": run.all_runs_link}
    links = {words: address for words, address in links.items() if address}
    if not links:
        return {}
    for path in sorted(runs_dir.glob("*.json")):
        made = json.loads(path.read_text(encoding="utf-8"))
        base = run.all_runs_link.partition("/experiments/")[0]
        links[path.stem] = f"{base}/experiments/{made['experiment_id']}/runs/{made['run_id']}"
    return links
