"""Scores of one stream over the validation and test clips."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from torch import nn

from pipeline.evaluation.inference import Clip, Images, see_clips
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.protocol import protocol_record
from pipeline.evaluation.scores import Scores, ScoresError, write_scores
from pipeline.evaluation.sharding import Processes, merge_scores, shard
from pipeline.evaluation.trained import load_trained
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
class LabelledImages(Images, Protocol):
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


def write_stream_scores(
    store: ScoredImages,
    model_path: Path,
    config: ScoreConfig,
    path: Path,
    *,
    made_of: str,
    memo: Memo,
    processes: Processes,
) -> None:
    """Write one stream's scores, computed or remembered; all processes call this.

    Args:
        store: clips of the stream.
        model_path: the stream's trained network.
        config: protocol, batch and arithmetic.
        path: the score file.
        made_of: digest of the data and the code; only the first process needs it.
        memo: where scores of equal model, data, code and configuration are found again.
        processes: who shares the clips.
    """
    files = {"scores.h5": path}
    key = ""
    if processes.is_first:
        key = content_key(made_of, file_digest(model_path), config, VERSION)
        if memo.fetch(STEP, key, files):
            key = ""
    if not (key := processes.broadcast(key)):
        return
    model = load_trained(model_path, store.num_channels).model
    scores = score_stream(store, model, config, processes, label=f"score {path.stem}")
    if processes.is_first:
        write_scores(path, scores)
        memo.store(STEP, key, files)


def score_stream(
    store: LabelledImages,
    model: nn.Module,
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
    clips = [clip for clip in store.clips if clip.part in SCORED_PARTS]
    if not clips:
        raise ScoresError("no clip is in the validation or test part; see data/index/clips.csv")
    own = shard(clips, processes.rank, processes.world)
    logits = []
    with Progress(label, len(own), "clip") as progress:
        for outputs in see_clips(
            store,
            model,
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
