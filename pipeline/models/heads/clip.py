"""The plain classifier: one score of the mean over all of space and time."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.draws import Draws
from pipeline.models.heads.head import Classified, Head


class ClipHead(Head):
    """Mean over time and space, dropout, a linear layer.

    Recurrent methods end with one feature frame, their last memory, so that this is the average
    pooling of LSTA and ego-rnn; for IGA it is that of Min and Corso, WACV 2021.
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_channels, num_classes)

    def forward(self, x: Float[Tensor, "B C T H W"], draws: Draws | None) -> Classified:
        """Classify."""
        keep = None if draws is None else draws.keep(x.shape[1])
        with torch.autocast(x.device.type, enabled=False):
            pooled = x.float().mean(dim=(2, 3, 4))  # (B, C)
            logits = self.linear(pooled if keep is None else pooled * keep)
        return Classified(logits, pooled)
