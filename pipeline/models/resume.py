"""The rest of a backbone: what it makes of features that were changed at one of its places."""

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.models.backbones.backbone import Backbone


def resume(
    backbone: Backbone, place: str, features: Float[Tensor, "N C T H W"]
) -> Float[Tensor, "N D t h w"]:
    """Return the last features, had `features` been those at `place`.

    The layers up to the place see one black pixel a clip, and what they make of it is thrown away:
    a backbone has no other way in. It must be in evaluation mode, or batch norm learns from that.
    """
    in_channels = next(backbone.parameters()).shape[1]
    pixel = torch.zeros(len(features), in_channels, 1, 1, 1, device=features.device)

    def replace(name: str, x: Tensor) -> Tensor:
        return features if name == place else x

    return backbone(pixel, replace)
