"""The streams that networks of both are made of, without start values."""

from pipeline.models.build import assemble
from pipeline.models.heads.pooled import PooledHead
from pipeline.models.joint_params import Streams
from pipeline.models.recognizer import Recognizer

RGB_CHANNELS, FLOW_CHANNELS = 3, 2
"""Of an image."""


def recognizers(streams: Streams) -> tuple[Recognizer, Recognizer]:
    """Return the streams' own networks: RGB's, then flow's."""
    counts = streams.num_classes, streams.num_parts
    return (
        assemble(streams.rgb, RGB_CHANNELS, *counts),
        assemble(streams.flow, FLOW_CHANNELS, *counts),
    )


def features_alone(streams: Streams) -> tuple[Recognizer, Recognizer]:
    """Return the streams' networks without their classifiers."""
    both = recognizers(streams)
    for stream in both:
        stream.head = PooledHead()
    return both
