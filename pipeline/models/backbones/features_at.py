"""A backbone's features at some of its places, untouched by any attention."""

from collections.abc import Collection

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.models.backbones.backbone import Backbone


def features_at(
    backbone: Backbone, video: Float[Tensor, "B C T H W"], places: Collection[str]
) -> dict[str, Tensor]:
    """Return the features (B, D, t, h, w) at places, by their names in the order of computation.

    video: what the backbone takes, neighbouring images stacked already where it wants them so.
    """
    noted: dict[str, Tensor] = {}

    def note(place: str, x: Tensor) -> Tensor:
        if place in places:
            noted[place] = x
        return x

    backbone(video.contiguous(memory_format=torch.channels_last_3d), note)
    return noted
