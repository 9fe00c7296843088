"""From a batch on the device to what a network makes of it."""

from collections.abc import Sequence
from typing import Literal

from torch import nn

from pipeline.clips.two_stream import AnyBatch
from pipeline.models.draws import Draws
from pipeline.models.normalisations import NormalisationName
from pipeline.models.normalise import normalise
from pipeline.models.recognizer import Seen
from pipeline.training.devices import arithmetic

Precision = Literal["float32", "bfloat16"]


def see(
    network: nn.Module,
    batch: AnyBatch,
    draws: Draws | None,
    *,
    normalisations: Sequence[NormalisationName],
    precision: Precision,
) -> Seen:
    """Let a network look at a batch.

    Args:
        network: of one stream or two, or what joins its processes.
        batch: on its device.
        draws: random numbers of training; None without.
        normalisations: the network's, of each of the batch's videos.
        precision: of the forward pass.
    """
    levels = zip(batch.videos, normalisations, strict=True)
    videos = [normalise(video, normalisation) for video, normalisation in levels]
    with arithmetic(precision, videos[0].device):
        seen: Seen = network(*videos, draws)
    return seen
