"""IGA's network of two streams: features of RGB and flow are added up before attention."""

from collections.abc import Mapping

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.attention.attended import Attended, Attention, Context
from pipeline.models.backbones.backbone import Backbone
from pipeline.models.backbones.features_at import features_at
from pipeline.models.draws import Draws
from pipeline.models.errors import ModelError
from pipeline.models.heads.head import Head
from pipeline.models.normalisations import NormalisationName
from pipeline.models.recognizer import Seen
from pipeline.models.sites import module_name
from pipeline.models.two_stream.two_stream import TwoStreamNetwork


class FeatureSum(TwoStreamNetwork):
    """Two backbones, one attention on the sum of their features, one classifier.

    Min and Corso, WACV 2021; MichiganCOG/Gaze-Attention, model.py. Each backbone goes on with its
    own features. Attention at the last place, and what it taps at others, are of the sums.

    Parameters are called `backbone_rgb.<layer>…`, `backbone_flow.<layer>…`, `attention.<place>…`
    and `head.…`.

    rgb, flow: two networks of one kind, which differ in their input's channels.
    attention: at most one module, by its place.
    normalisations: of RGB's levels, and of flow's.

    Raises:
        ModelError: attention stands before the last place: the sums end there, and no one stream
            could go on with them.
    """

    def __init__(
        self,
        rgb: Backbone,
        flow: Backbone,
        attention: Mapping[str, Attention],
        head: Head,
        normalisations: tuple[NormalisationName, NormalisationName],
    ) -> None:
        super().__init__()
        last = next(reversed(rgb.places))
        if not set(attention) <= {last}:
            raise ModelError(
                f"found attention at {', '.join(attention)}, expected it at {last} alone: the "
                f"streams' features are added up where their backbones end; set `after` to [last]"
            )
        self.backbone_rgb = rgb
        self.backbone_flow = flow
        self.attention = nn.ModuleDict({module_name(place): at for place, at in attention.items()})
        self.head = head
        self.normalisations = normalisations
        self._last = last
        self._places = tuple(attention)
        self._taps = tuple(tap for module in attention.values() for tap in module.taps)

    def forward(
        self,
        rgb: Float[Tensor, "B 3 T H W"],
        flow: Float[Tensor, "B 2 T H W"],
        draws: Draws | None = None,
    ) -> Seen:
        """Look at normalised clips, of which both streams show the same frames.

        draws: random numbers of training, for dropout and sampled attention; None without.
        """
        of_rgb, of_flow = (
            features_at(backbone, video, {self._last, *self._taps})
            for backbone, video in ((self.backbone_rgb, rgb), (self.backbone_flow, flow))
        )
        sums = {place: features + of_flow[place] for place, features in of_rgb.items()}
        last = sums.pop(self._last)  # (B, C, T, H, W)
        attended = {tap: Attended(features, map=None) for tap, features in sums.items()}
        for place in self._places:
            attended[place] = self.attention[module_name(place)](last, Context(attended, draws))
            last = attended[place].features
        classified = self.head(last, draws)
        return Seen(classified.logits, classified.features, attended, last, classified.parts)
