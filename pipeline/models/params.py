"""The configuration of a network: which backbone, which attention, and where it goes."""

from typing import Annotated, Literal, no_type_check

from pydantic import Field, ValidationInfo, field_validator

from pipeline.params import Section

BackboneName = Literal["i3d"]
"""The keys of `BACKBONES`, repeated here so that checking a configuration imports no torch."""

AttentionName = Literal["none", "stam"]
"""The keys of `ATTENTIONS`."""

Compat = Literal["paper", "released"]
"""Whom to follow where a paper and its authors' code differ."""

PLACES: dict[BackboneName, tuple[str, ...]] = {
    "i3d": (
        *("Mixed_3b", "Mixed_3c"),
        *("Mixed_4b", "Mixed_4c", "Mixed_4d", "Mixed_4e", "Mixed_4f"),
        *("Mixed_5b", "Mixed_5c"),
    ),
}
"""Layers of each backbone after which an attention can go, in the order of computation."""


class ModelConfig(Section):
    """One stream's network."""

    backbone: BackboneName
    """The convolutional network under the attention."""

    width: Annotated[float, Field(gt=0, le=1)]
    """Channels as a share of the published ones, rounded to multiples of 8; 1 is as published."""

    attention: AttentionName
    """The attention module; `none` passes features on unchanged."""

    after: list[str]
    """The backbone's layers after which attention goes, for example [Mixed_5c]."""

    compat: Compat
    """`paper` is right; `released` behaves as the authors' code, for its checkpoints."""

    dropout: Annotated[float, Field(ge=0, lt=1)]
    """Probability of dropping a pooled feature in training; the training code draws the mask."""

    @field_validator("after")
    @classmethod
    @no_type_check  # beartype cannot check pydantic's ValidationInfo when tests switch it on
    def _attention_goes_where_it_can(cls, after: list[str], info: ValidationInfo) -> list[str]:
        """Needs `backbone` and `attention`; where one of them is itself wrong, that is reported."""
        if not {"backbone", "attention"} <= info.data.keys():
            return after
        backbone, attention = info.data["backbone"], info.data["attention"]
        choices = f"choose among {', '.join(PLACES[backbone])}"
        unknown = [place for place in after if place not in PLACES[backbone]]
        if unknown:
            raise ValueError(f"{backbone} has no place {', '.join(unknown)}; {choices}")
        if len(set(after)) < len(after):
            raise ValueError("a place is named twice; name each once")
        if attention != "none" and not after:
            raise ValueError(f"attention {attention} needs a place; {choices}")
        return after
