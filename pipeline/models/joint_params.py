"""The networks of two streams by name, with their options; free of torch.

Each is made of both streams' networks, and begins with what those have learnt.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PositiveInt, SerializeAsAny, field_validator

from pipeline.models.backbone_facts import FACTS
from pipeline.models.key_map import Pairs
from pipeline.models.params import ModelConfig
from pipeline.params import Section, choose

if TYPE_CHECKING:
    from pipeline.models.two_stream.two_stream import TwoStreamNetwork

    AnyNetwork = TwoStreamNetwork
else:  # checked by mypy alone: a configuration imports no torch
    AnyNetwork = object

Dropout = Annotated[float, Field(ge=0, lt=1)]


@dataclass(frozen=True)
class Streams:
    """What a network of two streams is built of.

    Args:
        rgb: RGB's network.
        flow: flow's.
        num_classes: that its classifiers tell apart.
        num_parts: verbs and nouns by kind, for heads that name them too.
    """

    rgb: ModelConfig
    flow: ModelConfig
    num_classes: int
    num_parts: Mapping[str, int]


@dataclass(frozen=True)
class Inheritance:
    """What of the streams' trained networks a network of both begins with.

    Args:
        rgb: pairs of beginnings of names: in RGB's network, and here; the rest is left out.
        flow: the same of flow's.
        new: beginnings of the names of what neither stream knows.
    """

    rgb: Pairs
    flow: Pairs
    new: tuple[str, ...]


class JointParams(Section):
    """A network of two streams: its own options, and how to build it."""

    name: str
    """A key of `JOINTS`."""
    dropout: Dropout
    """Probability of dropping a pooled feature in joint training."""

    def check(self, rgb: ModelConfig, flow: ModelConfig, frames: int) -> None:
        """Refuse streams that the network cannot be made of.

        frames: that RGB sees of a clip at once.

        Raises:
            ValueError: with the reason in one line.
        """

    @property
    @abstractmethod
    def inherits(self) -> Inheritance:
        """Return what it begins with."""

    @abstractmethod
    def build(self, streams: Streams) -> AnyNetwork:
        """Return the network."""


class ConcatParams(JointParams):
    """ego-rnn's: features side by side (Sudhakaran and Lanz, BMVC 2018)."""

    name: Literal["concat"] = "concat"
    """Which network."""
    dropout: Dropout = 0.5
    """The authors' code's."""

    @property
    def inherits(self) -> Inheritance:
        """Return all but the classifiers."""
        return Inheritance(
            rgb=(("backbone.", "rgb.backbone."), ("attention.", "rgb.attention.")),
            flow=(("backbone.", "flow.backbone."), ("attention.", "flow.attention.")),
            new=("fc2.",),
        )

    def build(self, streams: Streams) -> AnyNetwork:
        """Return the network."""
        from pipeline.models.two_stream.assemble import features_alone
        from pipeline.models.two_stream.concat import Concat

        rgb, flow = features_alone(streams)
        return Concat(rgb, flow, streams.num_classes)


class CrossModalParams(JointParams):
    """LSTA's: each stream steers the other's memory (Sudhakaran et al., CVPR 2019, section 5.3)."""

    name: Literal["cross_modal"] = "cross_modal"
    """Which network."""
    dropout: Dropout = 0.7
    """Not stated: the RGB stream's."""
    frames: PositiveInt = 25
    """That RGB sees (section 6.2): the summary's kernel spans them."""

    def check(self, rgb: ModelConfig, flow: ModelConfig, frames: int) -> None:
        """Refuse streams without the gates or the maps that it steers."""
        last = FACTS[rgb.backbone].blocks[-1:]
        if rgb.attention.name != "lsta" or rgb.after != [*last]:
            raise ValueError(
                f"cross_modal steers LSTA's gates at {last[0]}, found attention "
                f"{rgb.attention.name} of the RGB stream after {rgb.after}; choose lsta, [last]"
            )
        if flow.backbone != rgb.backbone:
            raise ValueError(
                f"cross_modal adds up maps of both streams, found backbones {rgb.backbone} and "
                f"{flow.backbone}; give both streams the same"
            )
        if flow.attention.name != "none" and flow.after != [*last]:
            raise ValueError(
                f"cross_modal takes flow's features at {last[0]} before its attention, found "
                f"attention after {flow.after}; give the flow stream after: [last]"
            )
        if frames != self.frames:
            raise ValueError(
                f"cross_modal's summary is of {self.frames} frames, found a sampler of {frames}; "
                f"set the network's frames to {frames}"
            )

    @property
    def inherits(self) -> Inheritance:
        """Return both networks whole."""
        return Inheritance(
            rgb=(("", "rgb."),),
            flow=(("", "flow."),),
            new=("flow_biases.", "summary.", "embedding."),
        )

    def build(self, streams: Streams) -> AnyNetwork:
        """Return the network."""
        from pipeline.models.two_stream.assemble import recognizers
        from pipeline.models.two_stream.cross_modal import CrossModal

        rgb, flow = recognizers(streams)
        return CrossModal(rgb, flow, self.frames)


class FeatureSumParams(JointParams):
    """IGA's: one attention on the sum of features (Min and Corso, WACV 2021).

    Attention and classifier are those that RGB's network has; flow's are not used.
    """

    name: Literal["feature_sum"] = "feature_sum"
    """Which network."""
    dropout: Dropout = 0.7
    """The authors' code's."""

    def check(self, rgb: ModelConfig, flow: ModelConfig, frames: int) -> None:  # noqa: ARG002
        """Refuse streams whose features cannot be added up."""
        if (rgb.backbone, rgb.width) != (flow.backbone, flow.width):
            raise ValueError(
                f"feature_sum adds up features, found backbones {rgb.backbone} of width "
                f"{rgb.width} and {flow.backbone} of {flow.width}; give both streams the same"
            )
        if (rgb.stack, flow.stack) != (1, 1):
            raise ValueError(
                f"feature_sum adds up features image by image, found stacks of {rgb.stack} and "
                f"{flow.stack}; give both streams stack: 1"
            )
        last = FACTS[rgb.backbone].blocks[-1:]
        if rgb.attention.name != "none" and rgb.after != [*last]:
            raise ValueError(
                f"feature_sum attends where the backbones end, found after: {rgb.after}; "
                f"give after: [last]"
            )

    @property
    def inherits(self) -> Inheritance:
        """Return the backbones."""
        return Inheritance(
            rgb=(("backbone.", "backbone_rgb."),),
            flow=(("backbone.", "backbone_flow."),),
            new=("attention.", "head."),
        )

    def build(self, streams: Streams) -> AnyNetwork:
        """Return the network."""
        from pipeline.models.two_stream.assemble import recognizers
        from pipeline.models.two_stream.feature_sum import FeatureSum

        rgb, flow = recognizers(streams)
        last = next(reversed(rgb.backbone.places))
        attention = rgb.attention_at(last)
        return FeatureSum(
            rgb.backbone,
            flow.backbone,
            {} if attention is None else {last: attention},
            rgb.head,
            (*rgb.normalisations, *flow.normalisations),
        )


JOINTS: dict[str, type[JointParams]] = {
    "concat": ConcatParams,
    "cross_modal": CrossModalParams,
    "feature_sum": FeatureSumParams,
}
"""A network of two streams is one file below `two_stream/`, one class here, and its entry."""


class TwoStreamConfig(Section):
    """A network of both streams, and the networks of one that it is made of."""

    network: SerializeAsAny[JointParams]
    """Which network, by its name alone or with options."""
    rgb: ModelConfig
    """RGB's network."""
    flow: ModelConfig
    """Flow's network."""

    @field_validator("network", mode="before")
    @classmethod
    def _choose_network(cls, values: object) -> object:
        return choose(JOINTS, values)
