"""Two recognizers of one convolution each, for the networks that are made of both."""

import torch
from torch import nn
from torch.nn import functional as F

from pipeline.models.attention.lsta import Lsta
from pipeline.models.attention.pooling import Pooling
from pipeline.models.backbones.backbone import Backbone
from pipeline.models.folding import fold_time, unfold_time
from pipeline.models.heads.clip import ClipHead
from pipeline.models.recognizer import Recognizer
from pipeline.models.sites import Place

CHANNELS, STACK, FRAMES, CLASSES = 3, 2, 4, 5
HEIGHT, WIDTH = 4, 3
LAST, TAP = "last", "conv"


class OneConv(Backbone):
    """A convolution, which can be tapped, and ReLU."""

    def __init__(self, in_channels):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, CHANNELS, 3, padding=1)
        self.places = {name: Place(name, CHANNELS) for name in (TAP, LAST)}
        self.channels = CHANNELS

    def forward(self, x, attend):
        features = unfold_time(self.conv(fold_time(x)), x.shape[2])
        attend(TAP, features)
        return attend(LAST, F.relu(features))


def tiny_lsta():
    return Lsta(
        channels=CHANNELS,
        memory=CHANNELS,
        num_categories=6,
        pool_size=5,
        attention_pooling=True,
        output_pooling=True,
        coupling=True,
        compat="paper",
        tap=TAP,
    )


def tiny_rgb(attention=None):
    attention = {LAST: tiny_lsta()} if attention is None else attention
    return Recognizer(
        OneConv(3), attention, ClipHead(CHANNELS, CLASSES), stack=1, normalisation="imagenet"
    )


def tiny_flow(attention=None):
    pooling = Pooling(channels=CHANNELS, num_categories=7)
    return Recognizer(
        OneConv(2 * STACK),
        {LAST: pooling} if attention is None else attention,
        ClipHead(CHANNELS, CLASSES),
        stack=STACK,
        normalisation="grey_flow",
    )


def tiny_videos(generator, clips=2):
    """Return RGB of four frames, and one stack of flow."""
    rgb = 2 * torch.randn(clips, 3, FRAMES, HEIGHT, WIDTH, generator=generator)
    return rgb, 2 * torch.randn(clips, 2, STACK, HEIGHT, WIDTH, generator=generator)
