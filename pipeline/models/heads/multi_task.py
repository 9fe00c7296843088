"""LSTA's classifiers of verbs, nouns and actions on EPIC-KITCHENS."""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.draws import Draws
from pipeline.models.heads.head import Classified, Head


class MultiTaskHead(Head):
    """Three linear layers on one pooled feature; the actions' scores steer the other two.

    Sudhakaran et al., CVPR 2019, section 6.5: "we use activity classifier activations to control
    the bias of verb and noun classifiers". Our reading: a part's scores are W x + b + V a, where a
    are the actions' scores and V, without a bias of its own, is learnt; gradients of verbs and
    nouns reach the actions' classifier through a.
    """

    def __init__(self, in_channels: int, num_classes: int, num_parts: Mapping[str, int]) -> None:
        super().__init__()
        self.linear = nn.Linear(in_channels, num_classes)
        self.parts = nn.ModuleDict(
            {kind: nn.Linear(in_channels, count) for kind, count in num_parts.items()}
        )
        self.biases = nn.ModuleDict(
            {kind: nn.Linear(num_classes, count, bias=False) for kind, count in num_parts.items()}
        )

    def forward(self, x: Float[Tensor, "B C T H W"], draws: Draws | None) -> Classified:
        """Classify actions, and verbs and nouns as `parts`."""
        keep = None if draws is None else draws.keep(x.shape[1])
        with torch.autocast(x.device.type, enabled=False):
            pooled = x.float().mean(dim=(2, 3, 4))  # (B, C)
            kept = pooled if keep is None else pooled * keep
            actions = self.linear(kept)
            parts = {
                kind: part(kept) + self.biases[kind](actions) for kind, part in self.parts.items()
            }
        return Classified(actions, pooled, parts)
