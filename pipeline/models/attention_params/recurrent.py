"""The options of methods that walk over the frames, and of LSTA's pooling of single frames."""

from collections.abc import Sequence
from typing import Literal

from pydantic import PositiveInt, model_validator

from pipeline.models.attention_params.section import AttentionParams
from pipeline.models.backbone_facts import BackboneFacts
from pipeline.models.errors import ModelError
from pipeline.models.sites import Modules, Place, Sites


class RecurrentParams(AttentionParams):
    """What methods that walk over the frames have in common."""

    memory: PositiveInt | None = None
    """Channels of the memory, and so of the features; none for as many as the place has, which in
    ResNet-34 are the published 512."""

    def channels_of(self, sites: Sites) -> tuple[Place, int]:
        """Return the one place, and the channels of the memory.

        Raises:
            ModelError: the memory is of another width than the layers that follow expect.
        """
        (place,) = sites.places
        memory = self.memory or place.channels
        if memory != place.channels and place.name != sites.last.name:
            raise ModelError(
                f"attention {self.name} has {memory} channels after {place.name}, where "
                f"the backbone goes on with {place.channels}; give memory: null, or after: [last]"
            )
        return place, memory

    def check(self, facts: BackboneFacts, after: Sequence[str]) -> None:
        """Refuse several places: after the first there is one memory, and no frames."""
        super().check(facts, after)
        if len(after) > 1:
            raise ValueError(
                f"attention {self.name} makes one memory of all frames, so it goes to one place; "
                f"found {', '.join(after)}"
            )


class LstaParams(RecurrentParams):
    """LSTA: attention tracked over time (Sudhakaran et al., CVPR 2019).

    The switches make its Table 1: all off is the ConvLSTM baseline.
    """

    name: Literal["lsta"] = "lsta"
    """Which method."""
    pool_size: PositiveInt = 100
    """C, the categories of the output pooling (section 6.2: 100 on GTEA, 150 on EGTEA Gaze+, 300
    on EPIC-KITCHENS)."""
    num_categories: PositiveInt = 1000
    """Categories of the classifier behind the attention pooling: ImageNet's 1000."""
    attention_pooling: bool = True
    """Equations 3 to 6."""
    output_pooling: bool = True
    """Equations 9 and 10."""
    coupling: bool = True
    """The bias control of equation 9, which output pooling alone has."""

    @model_validator(mode="after")
    def _coupling_has_an_effect(self) -> "LstaParams":
        if self.coupling and not self.output_pooling:
            raise ValueError("coupling is part of output_pooling; without it, set coupling: false")
        return self

    def build(self, sites: Sites) -> Modules:
        """Return the recurrent unit."""
        from pipeline.models.attention.lsta import Lsta

        place, memory = self.channels_of(sites)
        module = Lsta(
            channels=place.channels,
            memory=memory,
            num_categories=self.num_categories,
            pool_size=self.pool_size,
            attention_pooling=self.attention_pooling,
            output_pooling=self.output_pooling,
            coupling=self.coupling,
            compat=sites.compat,
            tap=_tap(sites, place),
        )
        return {place.name: module}


class EgoRnnParams(RecurrentParams):
    """ego-rnn: a ConvLSTM behind class activation maps (Sudhakaran and Lanz, BMVC 2018)."""

    name: Literal["ego_rnn"] = "ego_rnn"
    """Which method."""
    num_categories: PositiveInt = 1000
    """Categories of the classifier behind the maps: ImageNet's 1000."""

    def build(self, sites: Sites) -> Modules:
        """Return the recurrent unit."""
        from pipeline.models.attention.ego_rnn import EgoRnn

        place, memory = self.channels_of(sites)
        module = EgoRnn(
            channels=place.channels,
            memory=memory,
            num_categories=self.num_categories,
            tap=_tap(sites, place),
        )
        return {place.name: module}


class EleAttParams(RecurrentParams):
    """eleGAtt: an LSTM with a gate on every element of its input (Zhang et al., ECCV 2018)."""

    name: Literal["eleatt"] = "eleatt"
    """Which method."""

    def build(self, sites: Sites) -> Modules:
        """Return an LSTM of as many units as the features have channels (512 in LSTA's table)."""
        from pipeline.models.attention.eleatt import EleAtt

        place, memory = self.channels_of(sites)
        return {place.name: EleAtt(channels=place.channels, units=memory)}


class PoolingParams(AttentionParams):
    """Attention pooling of every frame alone: LSTA's motion stream (section 5.2)."""

    name: Literal["pooling"] = "pooling"
    """Which method."""
    num_categories: PositiveInt = 1000
    """Categories of the classifier that the rows start from: the verbs, in LSTA's motion stream."""

    def build(self, sites: Sites) -> Modules:
        """Return a pooling for each place."""
        from pipeline.models.attention.pooling import Pooling

        return {
            place.name: Pooling(channels=place.channels, num_categories=self.num_categories)
            for place in sites.places
        }


def _tap(sites: Sites, place: Place) -> str | None:
    """Return ResNet-34's tap for a module at its end; None at any other place."""
    return sites.tap if sites.tap and place.name == sites.last.name else None
