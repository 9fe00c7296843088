"""The contract of every network that sees RGB and flow together."""

from abc import ABC, abstractmethod

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.attention.attended import Attended
from pipeline.models.draws import Draws
from pipeline.models.normalisations import NormalisationName
from pipeline.models.recognizer import Recognizer, Seen


class TwoStreamNetwork(nn.Module, ABC):
    """Names the action of a clip that is seen in RGB and in flow, cut and mirrored alike.

    Attributes:
        normalisations: of RGB's levels, and of flow's.
    """

    normalisations: tuple[NormalisationName, NormalisationName]

    @abstractmethod
    def forward(
        self,
        rgb: Float[Tensor, "B 3 F H W"],
        flow: Float[Tensor, "B 2 G H W"],
        draws: Draws | None = None,
    ) -> Seen:
        """Look at normalised clips; the streams may show different numbers of images.

        draws: random numbers of training, for dropout and sampled attention; None without.
        """


Network = Recognizer | TwoStreamNetwork
"""What is trained and tested: called with a video of each of its `normalisations`."""


def of_both(rgb: dict[str, Attended], flow: dict[str, Attended]) -> dict[str, Attended]:
    """Return what both streams' attention made, `rgb.` or `flow.` before the place's name.

    RGB's come last, so that its maps are those that are kept of the network.
    """
    streams = {"flow": flow, "rgb": rgb}
    return {
        f"{stream}.{place}": attended
        for stream, places in streams.items()
        for place, attended in places.items()
    }
