"""The options of methods that multiply the features where they stand, and of none."""

from collections.abc import Sequence
from typing import Literal

from pydantic import PositiveInt

from pipeline.models.attention_params.section import AttentionParams
from pipeline.models.backbone_facts import BackboneFacts
from pipeline.models.sites import Modules, Sites


class NoneParams(AttentionParams):
    """No attention: the baseline that every method is compared with."""

    name: Literal["none"] = "none"
    """Which method."""

    def check(self, facts: BackboneFacts, after: Sequence[str]) -> None:
        """Accept any network."""

    def build(self, sites: Sites) -> Modules:
        """Return modules that change nothing."""
        from pipeline.models.attention.uniform import Uniform

        return {place.name: Uniform() for place in sites.places}


class StamParams(AttentionParams):
    """STAM: a map over space and time gates the features (Lu, Liao and Li, ICCVW 2019)."""

    name: Literal["stam"] = "stam"
    """Which method."""

    def build(self, sites: Sites) -> Modules:
        """Return an inception block and a map for each place."""
        from pipeline.models.attention.stam import Stam

        return {place.name: Stam(place, sites.compat) for place in sites.places}


class SanParams(AttentionParams):
    """SAN: STAM frame by frame (Lu et al., TIP 2019, as STAM's authors reduce it)."""

    name: Literal["san"] = "san"
    """Which method."""

    def build(self, sites: Sites) -> Modules:
        """Return an inception block and a map for each place."""
        from pipeline.models.attention.san import San

        return {place.name: San(place, sites.compat) for place in sites.places}


class CbamParams(AttentionParams):
    """CBAM: channels, then space, frame by frame (Woo et al., ECCV 2018)."""

    name: Literal["cbam"] = "cbam"
    """Which method."""
    reduction: PositiveInt = 16
    """r: how much narrower the hidden layer of the channels' gate is."""

    def build(self, sites: Sites) -> Modules:
        """Return a module for each place."""
        from pipeline.models.attention.cbam import Cbam

        return {
            place.name: Cbam(channels=place.channels, reduction=self.reduction, compat=sites.compat)
            for place in sites.places
        }


class NonLocalParams(AttentionParams):
    """Non-local blocks: every cell looks at every other (Wang et al., CVPR 2018)."""

    name: Literal["nonlocal"] = "nonlocal"
    """Which method."""

    def build(self, sites: Sites) -> Modules:
        """Return a block for each place."""
        from pipeline.models.attention.non_local import NonLocal

        return {place.name: NonLocal(channels=place.channels) for place in sites.places}
