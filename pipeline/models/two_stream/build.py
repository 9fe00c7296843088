"""From configuration to a network of two streams."""

from collections.abc import Mapping

import torch

from pipeline.models.initialise import initialise
from pipeline.models.joint_params import Streams, TwoStreamConfig
from pipeline.models.two_stream.two_stream import TwoStreamNetwork


def build_two_stream(
    config: TwoStreamConfig, num_classes: int, seed: int, num_parts: Mapping[str, int]
) -> TwoStreamNetwork:
    """Build a network of two streams on the CPU, in training mode, with its start values.

    num_classes: that its classifiers tell apart.
    seed: of the start values; no global random state is read or changed.
    num_parts: verbs and nouns, for heads that name them too.
    """
    streams = Streams(config.rgb, config.flow, num_classes, num_parts)
    with torch.device("meta"):  # no memory and no random numbers until `initialise`
        network = config.network.build(streams)
    network.to_empty(device="cpu")
    initialise(network, seed)
    return network
