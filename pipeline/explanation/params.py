"""The section of the stage explain."""

from typing import Literal

import pydantic

from pipeline.evaluation.params import ScoreConfig
from pipeline.params import Section

Removal = Literal["blur", "mean"]
"""The keys of `pipeline.explanation.blanks.REMOVALS`."""

AUTO_PLACE = "auto"
"""In `place`: what `choose_place` chooses."""


class ExplainConfig(ScoreConfig):
    """One stream's explanation; clips are seen as for its scores, so that maps belong to them."""

    sample_clips: pydantic.NonNegativeInt = 16
    """Test clips of which Grad-CAM++ is made, and whose maps are put to the test of deletion and
    insertion; 0: none."""
    seed: pydantic.NonNegativeInt = 0
    """Of the choice of these clips, and of the random maps that others are compared with."""
    place: str = AUTO_PLACE
    """The backbone's place whose features Grad-CAM++ explains; ``auto``: the last block that can
    show where something is."""
    removal: Removal = "mean"
    """What stands in the place of a deleted pixel: the ``blur`` of its image, or the ``mean`` of
    its window."""
    steps: pydantic.PositiveInt = 6
    """Steps of deletion and of insertion, of equally many pixels."""


class ExplainingConfig(Section):
    """The stage explain: what is kept of each stream; None where the method has no such stream."""

    rgb: ExplainConfig | None
    """The RGB stream's."""
    flow: ExplainConfig | None
    """The flow stream's."""

    def of(self, stream: Literal["rgb", "flow"]) -> ExplainConfig | None:
        """Return one stream's."""
        return self.rgb if stream == "rgb" else self.flow
