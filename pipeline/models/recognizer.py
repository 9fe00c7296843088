"""The network of one stream: a backbone, attention at some of its places, and a classifier."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.backbones.backbone import Attend, Backbone
from pipeline.models.draws import Draws
from pipeline.models.folding import stack_frames
from pipeline.models.heads.head import Head
from pipeline.models.normalisations import NormalisationName
from pipeline.models.sites import module_name


@dataclass(frozen=True)
class Seen:
    """All that a recognizer makes of a batch of clips."""

    logits: Float[Tensor, "B K"]
    features: Float[Tensor, "B C"]
    """Pooled over space and time, after attention, before dropout."""

    attended: dict[str, Attended]
    """What each attention module made, by place, and the features at tapped places."""

    last: Float[Tensor, "B C T H W"]
    """The features that the classifier was given."""

    parts: Mapping[str, Tensor]
    """Scores of verbs and nouns, (B, K'), by kind, where the head has them."""


class Recognizer(nn.Module):
    """Names the action of a clip.

    Parameters are called `backbone.<layer>…`, `attention.<place>…` (with `-` for a place's dots)
    and `head.…`.
    """

    def __init__(
        self,
        backbone: Backbone,
        attention: Mapping[str, Attention],
        head: Head,
        *,
        stack: int,
        normalisation: NormalisationName,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.attention = nn.ModuleDict(
            {module_name(place): module for place, module in attention.items()}
        )
        self.head = head
        self.stack = stack
        self.normalisations = (normalisation,)
        self._attended_places = frozenset(attention)
        self._taps = {tap for module in attention.values() for tap in module.taps}

    def forward(self, video: Float[Tensor, "B C F H W"], draws: Draws | None = None) -> Seen:
        """Look at normalised clips.

        draws: random numbers of training, for dropout and sampled attention; None without.
        """
        x = stack_frames(video, self.stack)
        x = x.contiguous(memory_format=torch.channels_last_3d)  # CPU: 6 to 31 % faster
        attended: dict[str, Attended] = {}
        last = self.backbone(x, self._attend(attended, draws))
        classified = self.head(last, draws)
        return Seen(classified.logits, classified.features, attended, last, classified.parts)

    def attention_at(self, place: str) -> Attention | None:
        """Return the attention module at a place, if there is one."""
        if place not in self._attended_places:
            return None
        return cast("Attention", self.attention[module_name(place)])

    def _attend(self, attended: dict[str, Attended], draws: Draws | None) -> Attend:
        """Return what the backbone calls at its places; it fills `attended`."""

        def attend(place: str, x: Tensor) -> Tensor:
            if place in self._taps:
                attended[place] = Attended(x, map=None)
            if place not in self._attended_places:
                return x
            attended[place] = self.attention[module_name(place)](x, Context(attended, draws))
            return attended[place].features

        return attend
