"""The contract of every classifier, and what it gives back."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.draws import Draws


@dataclass(frozen=True)
class Classified:
    """A head's results for a batch of clips."""

    logits: Float[Tensor, "B K"]
    """Scores of the classes that the phase learns, usually actions."""

    features: Float[Tensor, "B C"]
    """Pooled over space and time, before dropout."""

    parts: Mapping[str, Tensor] = field(default_factory=dict)
    """Scores of verbs and nouns, (B, K'), by kind, where the head has them."""


class Head(nn.Module, ABC):
    """A classifier.

    Heads compute in float32 under autocast too: it costs nothing here, and scores keep their
    digits.
    """

    @abstractmethod
    def forward(self, x: Float[Tensor, "B C T H W"], draws: Draws | None) -> Classified:
        """Classify clips; without `draws` nothing is dropped."""
