"""From configuration to network."""

from collections.abc import Mapping

import torch

from pipeline.models.backbone_facts import FACTS
from pipeline.models.backbones import BACKBONES
from pipeline.models.errors import ModelError
from pipeline.models.head_params import HeadSite
from pipeline.models.initialise import initialise
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer
from pipeline.models.sites import Sites

NO_PARTS: Mapping[str, int] = {}
"""For heads that name no verbs and nouns."""


def build_recognizer(
    config: ModelConfig,
    in_channels: int,
    num_classes: int,
    seed: int,
    num_parts: Mapping[str, int] = NO_PARTS,
) -> Recognizer:
    """Build one stream's network on the CPU, in training mode, with its start values.

    in_channels: of an image: 3 for RGB, 2 for flow (x, y); `config.stack` images become one.
    num_classes: that the classifier tells apart.
    seed: of the start values; no global random state is read or changed.
    num_parts: verbs and nouns, for a head that names them too.

    Raises:
        ModelError: there is nothing to look at, or nothing to tell apart.
    """
    if in_channels < 1 or num_classes < 1:
        raise ModelError(
            f"found {in_channels} input channels and {num_classes} classes, expected at least "
            f"one of each; check data/index/classes.csv"
        )
    with torch.device("meta"):  # no memory and no random numbers until `initialise`
        recognizer = assemble(config, in_channels, num_classes, num_parts)
    recognizer.to_empty(device="cpu")
    initialise(recognizer, seed)
    return recognizer


def assemble(
    config: ModelConfig, in_channels: int, num_classes: int, num_parts: Mapping[str, int]
) -> Recognizer:
    """Put one stream's network together, without start values."""
    backbone = BACKBONES[config.backbone](in_channels * config.stack, config.width)
    places = tuple(backbone.places[name] for name in config.after)
    facts = FACTS[config.backbone]
    sites = Sites(config.backbone, places, backbone.places, facts.stages, facts.tap, config.compat)
    attention = config.attention.build(sites)
    last = attention.get(sites.last.name)
    channels = (last and last.out_channels) or backbone.channels
    return Recognizer(
        backbone,
        attention,
        config.head.build(HeadSite(channels, num_classes, num_parts)),
        stack=config.stack,
        normalisation=config.normalisation,
    )
