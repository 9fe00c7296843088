"""Scores of one stream, or of both together, over the validation and test clips."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from pipeline.evaluation.inference import (
    Clip,
    ClipOutputs,
    Network,
    StreamImages,
    see_clips,
    see_two_streams,
)
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.protocol import protocol_record
from pipeline.evaluation.scores import Scores, ScoresError, write_scores
from pipeline.evaluation.sharding import Processes, merge_scores, shard
from pipeline.evaluation.trained import load_joint, load_stream
from pipeline.memo import Memo, content_key, file_digest
from pipeline.progress import Progress

VERSION = 1
"""Raised when the same model and data would get other scores; part of the memo key."""

STEP = "score"
"""Name in the memo store."""

SCORED_PARTS = ("validation", "test")


@runtime_checkable
class LabelledClip(Clip, Protocol):
    """What scoring needs of a row of the clip store."""

    @property
    def part(self) -> str:
        """Return train, validation or test."""
        ...

    @property
    def action(self) -> int:
        """Return its class id."""
        ...


@runtime_checkable
class LabelledImages(StreamImages, Protocol):
    """A store whose clips have labels and parts."""

    @property
    def clips(self) -> Sequence[LabelledClip]:
        """Return all rows."""
        ...


@runtime_checkable
class ScoredImages(LabelledImages, Protocol):
    """A store that also says what its images are made of."""

    @property
    def num_channels(self) -> int:
        """Return the channels of an image."""
        ...


def write_network_scores(
    stores: Sequence[ScoredImages],
    model_path: Path,
    config: ScoreConfig,
    path: Path,
    *,
    made_of: str,
    memo: Memo,
    processes: Processes,
) -> None:
    """Write a network's scores, computed or remembered; all processes call this.

    Args:
        stores: clips in the network's stream, or in RGB and in flow.
        model_path: the trained network.
        config: protocol, batch and arithmetic.
        path: the score file.
        made_of: digest of the data and the code; only the first process needs it.
        memo: where scores of equal model, data, code and configuration are found again.
        processes: who shares the clips.
    """
    files = {"scores.h5": path}
    config = config.of(stores[0].stream) if len(stores) == 1 else config
    key = ""
    if processes.is_first:
        key = content_key(made_of, file_digest(model_path), config, VERSION)
        if memo.fetch(STEP, key, files):
            key = ""
    if not (key := processes.broadcast(key)):
        return
    scores = _score_network(stores, model_path, config, processes, f"score {path.stem}")
    if processes.is_first:
        write_scores(path, scores)
        memo.store(STEP, key, files)


def _score_network(
    stores: Sequence[ScoredImages],
    model_path: Path,
    config: ScoreConfig,
    processes: Processes,
    label: str,
) -> Scores:
    """Score the clips with the network of a file: of one stream, or of both."""
    if len(stores) == 1:
        model = load_stream(model_path)
        return score_stream(stores[0], model, config, processes, label=label)
    rgb, flow = stores
    both = load_joint(model_path)
    return score_two_streams(rgb, flow, both, config, processes, label=label)


def score_stream(
    store: LabelledImages,
    model: Network,
    config: ScoreConfig,
    processes: Processes,
    *,
    label: str,
) -> Scores:
    """Score the store's validation and test clips with one stream's model.

    Args:
        store: clips of the model's stream.
        model: the trained recognizer.
        config: protocol, batch and arithmetic.
        processes: who shares the clips.
        label: what progress calls the work, such as ``score rgb``.

    Returns:
        one row a clip, in the store's order, complete and without duplicates, on every process.
    """
    config = config.of(store.stream)
    return _score(store.clips, partial(see_clips, store, model), config, processes, label)


def score_two_streams(
    rgb: LabelledImages,
    flow: LabelledImages,
    model: Network,
    config: ScoreConfig,
    processes: Processes,
    *,
    label: str,
) -> Scores:
    """Score validation and test clips with a network of both streams; else as `score_stream`."""
    see = partial(see_two_streams, rgb, flow, model)
    return _score(rgb.clips, see, config, processes, label)


def _score(
    listed: Sequence[LabelledClip],
    see: Callable[..., Iterator[ClipOutputs]],
    config: ScoreConfig,
    processes: Processes,
    label: str,
) -> Scores:
    """Score this process's share of the clips, and put all shares together."""
    clips = [clip for clip in listed if clip.part in SCORED_PARTS]
    if not clips:
        raise ScoresError("no clip is in the validation or test part; see data/index/clips.csv")
    own = shard(clips, processes.rank, processes.world)
    logits = []
    with Progress(label, len(own), "clip") as progress:
        for outputs in see(
            own,
            config.protocol,
            batch_windows=config.batch_windows,
            precision=config.precision,
            device=processes.device,
            workers=processes.workers,
        ):
            logits.append(outputs.clip_logits)
            progress.advance()
    share = Scores(
        clips=np.array([clip.name for clip in own], dtype=str),
        parts=np.array([clip.part for clip in own], dtype=str),
        labels=np.array([clip.action for clip in own], dtype=np.int64),
        logits=np.stack(logits) if logits else np.zeros((0, 0), np.float32),
        protocol=protocol_record(config.protocol),
    )
    return merge_scores(processes.gather(share), [clip.name for clip in clips])
