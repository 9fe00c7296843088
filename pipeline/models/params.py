"""The configuration of a network: which backbone, which attention, where it goes, which head."""

from typing import Annotated, no_type_check

from pydantic import (
    AfterValidator,
    Field,
    PositiveInt,
    SerializeAsAny,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pipeline.models.attention_params import ATTENTIONS, AttentionName, AttentionParams
from pipeline.models.backbone_facts import FACTS
from pipeline.models.head_params import HEADS, HeadParams
from pipeline.models.normalisations import NormalisationName
from pipeline.models.sites import Compat
from pipeline.params import Section, choose

__all__ = ["AttentionName", "BackboneName", "Compat", "ModelConfig"]


def _known_backbone(name: str) -> str:
    if name not in FACTS:
        raise ValueError(f"expected {' or '.join(map(repr, FACTS))}")
    return name


BackboneName = Annotated[str, AfterValidator(_known_backbone)]
"""A key of `FACTS`."""


class ModelConfig(Section):
    """One stream's network."""

    backbone: BackboneName
    """The convolutional network under the attention."""

    width: Annotated[float, Field(gt=0, le=1)]
    """Channels as a share of the published ones, rounded to multiples of 8; 1 is as published."""

    attention: SerializeAsAny[AttentionParams]
    """The method with its options; its name alone takes their defaults."""

    after: list[str]
    """The backbone's places where attention goes, for example [Mixed_5c]; `last`, `blocks` and
    `branches` stand for the last block, every block, and every residual branch."""

    head: SerializeAsAny[HeadParams]
    """The classifier, by its name alone or with options."""

    stack: PositiveInt = 1
    """Neighbouring images that become channels of one: TSN's and ego-rnn's flow has 5."""

    normalisation: NormalisationName
    """What becomes of levels 0 … 255: as the network's weights expect it."""

    compat: Compat
    """`paper` is right; `released` behaves as the authors' code, for its checkpoints."""

    dropout: Annotated[float, Field(ge=0, lt=1)]
    """Probability of dropping a pooled feature in training; the training code draws the mask."""

    @field_validator("attention", mode="before")
    @classmethod
    def _choose_attention(cls, values: object) -> object:
        return choose(ATTENTIONS, values)

    @field_validator("head", mode="before")
    @classmethod
    def _choose_head(cls, values: object) -> object:
        return choose(HEADS, values)

    @field_validator("after")
    @classmethod
    @no_type_check  # beartype cannot check pydantic's ValidationInfo when tests switch it on
    def _name_places(cls, after: list[str], info: ValidationInfo) -> list[str]:
        """Needs `backbone`; where that is itself wrong, that is reported."""
        facts = FACTS.get(info.data.get("backbone"))
        return facts.resolve(after) if facts else after

    @model_validator(mode="after")
    def _attention_goes_where_it_can(self) -> "ModelConfig":
        self.attention.check(FACTS[self.backbone], self.after)
        return self
