"""The attention methods by name, with their options; free of torch.

A method is one file below `attention/`, one class here, and its entry in `ATTENTIONS`.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, PositiveInt, model_validator

from pipeline.models.backbone_facts import BackboneFacts
from pipeline.models.errors import ModelError
from pipeline.models.sites import Modules, Place, Sites
from pipeline.params import Section


class AttentionParams(Section):
    """A method's own options, and how to build its modules."""

    name: str
    """A key of `ATTENTIONS`."""

    def check(self, facts: BackboneFacts, after: Sequence[str]) -> None:
        """Refuse a network in which the method makes no sense.

        Raises:
            ValueError: with the reason in one line.
        """
        if not after:
            raise ValueError(f"attention {self.name} needs a place; choose among {facts.choices}")

    @abstractmethod
    def build(self, sites: Sites) -> Modules:
        """Return the method's modules by the places where they go."""


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


class W3Params(AttentionParams):
    """W3: what, where and when (Perez-Rua et al., 2020); the switches make its Table 5."""

    name: Literal["w3"] = "w3"
    """Which method."""
    reduction: PositiveInt = 2
    """r of equation 3, not stated. With 2, and nothing of other channels in the convolutions over
    time, W3 costs 0.58 GMAC more than CBAM on TSM's ResNet-50 at 16 frames; Table 6 has 0.6
    (benchmarks/results/models.json)."""
    channel_time: Literal["depthwise", "bottleneck", "full"] = "depthwise"
    """What equation 4's convolutions over time see of the other channels."""
    channel: bool = True
    """Channel-temporal attention (section 3.1)."""
    spatial: bool = True
    """Spatio-temporal attention (section 3.2); Table 5's "w/o SA" without, and without the
    refinement then, which adds up spatial masks."""
    temporal: bool = True
    """Reasoning over time in both; Table 5's "w/o TA" without."""
    refinement: bool = True
    """Attention-guided feature refinement (section 3.4); Table 5's "w/o AFR" without."""

    @model_validator(mode="after")
    def _does_something(self) -> "W3Params":
        if not (self.channel or self.spatial):
            raise ValueError("w3 without channel and spatial attention does nothing; choose none")
        return self

    def build(self, sites: Sites) -> Modules:
        """Return a module for each place, and the refinement at the backbone's end."""
        from pipeline.models.attention.in_turn import InTurn
        from pipeline.models.attention.w3 import W3
        from pipeline.models.attention.w3_refinement import W3Refinement

        modules: Modules = {
            place.name: W3(
                channels=place.channels,
                reduction=self.reduction,
                channel_time=self.channel_time,
                channel=self.channel,
                spatial=self.spatial,
                temporal=self.temporal,
            )
            for place in sites.places
        }
        if self.refinement and self.spatial:
            last = sites.last
            refinement = W3Refinement(channels=last.channels, stages=ends_of_stages(sites))
            own = modules.get(last.name)
            modules[last.name] = InTurn(last.name, [own, refinement]) if own else refinement
        return modules


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


class IgaParams(AttentionParams):
    """IGA: gaze as a latent variable gates the features (Min and Corso, WACV 2021)."""

    name: Literal["iga"] = "iga"
    """Which method."""
    grid: tuple[PositiveInt, PositiveInt, PositiveInt] = (3, 7, 7)
    """Time steps, rows and columns at the place: of 24 frames of 224 x 224, after Mixed_5c."""

    def check(self, facts: BackboneFacts, after: Sequence[str]) -> None:
        """Refuse a network without inception blocks, of which the gaze head is made."""
        super().check(facts, after)
        if not after[0].startswith("Mixed"):
            raise ValueError("iga's gaze head copies inception blocks; choose the backbone i3d")
        if len(after) > 1:
            raise ValueError(f"iga goes to one place; found {', '.join(after)}")

    def build(self, sites: Sites) -> Modules:
        """Return the module."""
        from pipeline.models.attention.gaze_head import branch_to
        from pipeline.models.attention.iga import Iga

        (place,) = sites.places
        tap, blocks = branch_to(place, sites.all)
        module = Iga(
            tap=tap.name,
            tap_channels=tap.channels,
            blocks=blocks,
            grid=self.grid,
            compat=sites.compat,
        )
        return {place.name: module}


ATTENTIONS: dict[str, type[AttentionParams]] = {
    "none": NoneParams,
    "stam": StamParams,
    "san": SanParams,
    "lsta": LstaParams,
    "ego_rnn": EgoRnnParams,
    "eleatt": EleAttParams,
    "pooling": PoolingParams,
    "w3": W3Params,
    "cbam": CbamParams,
    "nonlocal": NonLocalParams,
    "iga": IgaParams,
}


def _known(name: str) -> str:
    if name not in ATTENTIONS:
        raise ValueError(f"expected {' or '.join(map(repr, ATTENTIONS))}")
    return name


AttentionName = Annotated[str, AfterValidator(_known)]
"""A key of `ATTENTIONS`."""


def ends_of_stages(sites: Sites) -> list[str]:
    """Return the last place with attention in each stage of the backbone that has any."""
    order = list(sites.all)
    attended = [order.index(place.name) for place in sites.places]
    ends, start = [], -1
    for stage in sites.stages:
        stop = order.index(stage)
        within = [place for place in attended if start < place <= stop]
        ends += [order[within[-1]]] if within else []
        start = stop
    return ends


def _tap(sites: Sites, place: Place) -> str | None:
    """Return ResNet-34's tap for a module at its end; None at any other place."""
    return sites.tap if sites.tap and place.name == sites.last.name else None
