"""Scores of one stream over the validation and test clips."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import nn

from pipeline.evaluation.inference import Images, see_clips
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.protocol import protocol_record
from pipeline.evaluation.scores import Scores, ScoresError
from pipeline.evaluation.sharding import merge_scores, shard
from pipeline.progress import Progress

VERSION = 1
"""Raised when the same model and data would get other scores; part of the memo key."""

SCORED_PARTS = ("validation", "test")


class LabelledClip(Protocol):
    """What scoring needs of a row of the clip store."""

    index: int
    name: str
    part: str
    action: int
    num_frames: int


class LabelledImages(Images, Protocol):
    """A store whose clips have labels and parts."""

    clips: Sequence[LabelledClip]


def score_stream(
    store: LabelledImages,
    model: nn.Module,
    config: ScoreConfig,
    *,
    label: str,
    device: torch.device,
    workers: int,
    rank: int,
    world: int,
    gather: Callable[[Scores], Sequence[Scores]],
) -> Scores:
    """Score the store's validation and test clips with one stream's model.

    Args:
        store: clips of the model's stream.
        model: the trained recognizer.
        config: protocol, batch and arithmetic.
        label: what progress calls the work, such as ``score rgb``.
        device: where the model runs.
        workers: processes that decode.
        rank: which of ``world`` processes this one is.
        world: how many processes share the clips.
        gather: gives every process the shares of all, in order of rank.

    Returns:
        one row a clip, in the store's order, complete and without duplicates, on every process.
    """
    clips = [clip for clip in store.clips if clip.part in SCORED_PARTS]
    if not clips:
        raise ScoresError("no clip is in the validation or test part; see data/index/clips.csv")
    own = shard(clips, rank, world)
    with Progress(label, len(own), "clip") as progress:
        logits = []
        for outputs in see_clips(
            store,
            model,
            own,
            config.protocol,
            batch_windows=config.batch_windows,
            precision=config.precision,
            device=device,
            workers=workers,
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
    return merge_scores(gather(share), [clip.name for clip in clips])
