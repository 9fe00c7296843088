"""From configuration to network."""

import torch

from pipeline.models.attention import ATTENTIONS
from pipeline.models.backbones import BACKBONES
from pipeline.models.errors import ModelError
from pipeline.models.head import ActionHead
from pipeline.models.initialise import initialise
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer


def build_recognizer(
    config: ModelConfig, in_channels: int, num_classes: int, seed: int
) -> Recognizer:
    """Build one stream's network on the CPU, in training mode, with its start values.

    in_channels: 3 for RGB, 2 for flow (x, y).
    seed: of the start values; no global random state is read or changed.

    Raises:
        ModelError: there is nothing to look at, or nothing to tell apart.
    """
    if in_channels < 1 or num_classes < 1:
        raise ModelError(
            f"found {in_channels} input channels and {num_classes} classes, expected at least "
            f"one of each; check data/index/classes.csv"
        )
    with torch.device("meta"):  # no memory and no random numbers until `initialise`
        backbone = BACKBONES[config.backbone](in_channels, config.width)
        construct = ATTENTIONS[config.attention]
        attention = {name: construct(backbone.places[name], config.compat) for name in config.after}
        head = ActionHead(backbone.channels, num_classes)
        recognizer = Recognizer(backbone, attention, head)
    recognizer.to_empty(device="cpu")
    initialise(recognizer, seed)
    return recognizer
