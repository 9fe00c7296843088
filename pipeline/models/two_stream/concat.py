"""ego-rnn's network of two streams: their features side by side, and one classifier."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.draws import Draws
from pipeline.models.recognizer import Recognizer, Seen
from pipeline.models.two_stream.two_stream import TwoStreamNetwork, of_both


class Concat(TwoStreamNetwork):
    """Joint training of two streams (Sudhakaran and Lanz, BMVC 2018; swathikirans/ego-rnn).

    The pooled features of flow, then RGB's, dropout, and a linear layer `fc2`, as in the authors'
    code. There RGB's are the mean of the ConvLSTM's last memory, and flow's those of ResNet-34's
    last block.

    Differs from the authors' code: the streams have no classifiers of their own, which are not
    used there either; and logits stay logits (theirs go through a log-softmax before the cross
    entropy, which changes no loss).

    rgb, flow: the streams; only their features are used.
    num_classes: that `fc2` tells apart.
    """

    def __init__(self, rgb: Recognizer, flow: Recognizer, num_classes: int) -> None:
        super().__init__()
        self.rgb = rgb
        self.flow = flow
        self.fc2 = nn.Linear(flow.backbone.channels + rgb.backbone.channels, num_classes)
        self.normalisations = (*rgb.normalisations, *flow.normalisations)

    def forward(
        self,
        rgb: Float[Tensor, "B 3 F H W"],
        flow: Float[Tensor, "B 2 G H W"],
        draws: Draws | None = None,
    ) -> Seen:
        """Look at normalised clips."""
        of_rgb, of_flow = self.rgb(rgb, draws), self.flow(flow, draws)
        features = torch.cat([of_flow.features, of_rgb.features], dim=1)  # (B, C)
        keep = None if draws is None else draws.keep(features.shape[1])
        with torch.autocast(features.device.type, enabled=False):
            logits = self.fc2(features if keep is None else features * keep)
        return Seen(
            logits,
            features,
            attended=of_both(of_rgb.attended, of_flow.attended),
            last=features[:, :, None, None, None],
            parts={},
        )
