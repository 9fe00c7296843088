"""LSTA's network of two streams: each steers the gates of the other's memory."""

from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.models.attention.attended import Attended, Context
from pipeline.models.attention.lsta import Lsta
from pipeline.models.backbones.features_at import features_at
from pipeline.models.draws import Draws
from pipeline.models.errors import ModelError
from pipeline.models.folding import stack_frames
from pipeline.models.recognizer import Recognizer, Seen
from pipeline.models.two_stream.embedding import Embedding, Summary
from pipeline.models.two_stream.gate_biases import GateBiasConvs
from pipeline.models.two_stream.two_stream import TwoStreamNetwork, of_both


class CrossModal(TwoStreamNetwork):
    """Cross-modal fusion (Sudhakaran et al., CVPR 2019, section 5.3).

    Flow's features bias the gates of RGB's LSTA, the same at every frame. RGB's features of all
    frames, summarised, bias those of a ConvLSTM behind the motion stream's attention. Each stream's
    classifier sees its memory, and the logits are averaged.

    No code of it was released, beyond an LSTA cell that takes biases. Where the paper is silent:
    both streams lend the features of the backbone's last block as they are before any attention
    ("from the conv5_3 of the … CNN"); flow's of several stacks are averaged; how biases are made of
    them is in `GateBiasConvs`, `Summary` and `Embedding`. The average is of logits. Dropout takes
    the same places out of both streams' features, where these are equally many.

    rgb: a recognizer with LSTA alone, at the backbone's last block.
    flow: one with no attention, or one at the last block; its maps have as many cells as RGB's.
    frames: that RGB sees.

    Raises:
        ModelError: RGB has no such LSTA.
    """

    def __init__(self, rgb: Recognizer, flow: Recognizer, frames: int) -> None:
        super().__init__()
        self._place = next(reversed(rgb.backbone.places))
        if not isinstance(rgb.attention_at(self._place), Lsta):
            raise ModelError(
                f"cross_modal steers the gates of LSTA at {self._place}, and the RGB stream has "
                f"none there; choose model.attention lsta, after: [last]"
            )
        self._flow_place = next(reversed(flow.backbone.places))
        self._frames = frames
        channels, motion = rgb.backbone.channels, flow.backbone.channels
        self.rgb = rgb
        self.flow = flow
        self.flow_biases = GateBiasConvs(channels=motion, memory=channels)
        self.summary = Summary(channels=channels, frames=frames)
        self.embedding = Embedding(channels=motion, summary=channels, memory=motion)
        self.normalisations = (*rgb.normalisations, *flow.normalisations)

    def forward(
        self,
        rgb: Float[Tensor, "B 3 F H W"],
        flow: Float[Tensor, "B 2 G H W"],
        draws: Draws | None = None,
    ) -> Seen:
        """Look at normalised clips."""
        appearance = _features(self.rgb, rgb, self._place)
        motion = _features(self.flow, flow, self._flow_place)
        remembered = self._remember(appearance, motion[self._flow_place].mean(dim=2))
        attended = self._attend_motion(motion, draws)
        embedded = self.embedding(attended.features, self._summarise(appearance[self._place]))
        of_rgb = self.rgb.head(remembered.features, draws)
        of_flow = self.flow.head(embedded, draws)
        features = torch.cat([of_flow.features, of_rgb.features], dim=1)  # (B, C)
        return Seen(
            (of_rgb.logits + of_flow.logits) / 2,
            features,
            attended=of_both({self._place: remembered}, {self._flow_place: attended}),
            last=features[:, :, None, None, None],
            parts={
                kind: (scores + of_flow.parts[kind]) / 2
                for kind, scores in of_rgb.parts.items()
                if kind in of_flow.parts
            },
        )

    def _remember(
        self, appearance: dict[str, Tensor], motion: Float[Tensor, "B C H W"]
    ) -> Attended:
        """RGB's memory after the last frame, its gates biased by flow's features."""
        lsta = cast("Lsta", self.rgb.attention_at(self._place))
        last = appearance[self._place]
        last_conv = appearance[lsta.taps[0]] if lsta.taps else last
        return lsta.attend(last_conv, last, self.flow_biases(motion))

    def _attend_motion(self, motion: dict[str, Tensor], draws: Draws | None) -> Attended:
        """Flow's features after its own attention, if it has any."""
        attention = self.flow.attention_at(self._flow_place)
        if attention is None:
            return Attended(motion[self._flow_place], map=None)
        tapped = {place: Attended(x, map=None) for place, x in motion.items()}
        attended: Attended = attention(motion[self._flow_place], Context(tapped, draws))
        return attended

    def _summarise(self, appearance: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B C H W"]:
        if appearance.shape[2] != self._frames:
            raise ModelError(
                f"cross_modal: found {appearance.shape[2]} frames, expected {self._frames}, for "
                f"which its summary is made; set the recipe's joint network to "
                f"frames: {appearance.shape[2]}, or use as many frames as in training"
            )
        return self.summary(appearance)


def _features(
    stream: Recognizer, video: Float[Tensor, "B C F H W"], place: str
) -> dict[str, Tensor]:
    """A stream's features at its last place, and at those that its attention taps."""
    attention = stream.attention_at(place)
    taps = () if attention is None else attention.taps
    return features_at(stream.backbone, stack_frames(video, stream.stack), {place, *taps})
