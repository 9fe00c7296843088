"""Where attention modules go in a backbone; free of torch, as the configuration is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.models.branches import Branches

if TYPE_CHECKING:
    from pipeline.models.attention.attended import Attention
    from pipeline.models.heads.head import Head

    Modules = dict[str, Attention]
    AnyHead = Head
else:  # checked by mypy alone: a configuration imports no torch
    Modules = dict
    AnyHead = object

Compat = Literal["paper", "released"]
"""Whom to follow where a paper and its authors' code differ."""


@dataclass(frozen=True)
class Place:
    """A named output within a backbone, which attention can change or look at."""

    name: str
    """A layer's own name, as in checkpoints (`Mixed_5c`, `layer4.2`); with `.branch` behind it,
    what a residual block adds to its input."""

    channels: int
    """Channels of the features there."""

    branches: Branches | None = None
    """Widths of the inception block that makes the features; None in other networks."""


@dataclass(frozen=True)
class Sites:
    """What a method is told of the network that it is built into."""

    backbone: str
    """The backbone's name."""

    places: tuple[Place, ...]
    """Where the configuration puts the attention, in the order of computation."""

    all: Mapping[str, Place]
    """Every place of the backbone, in the order of computation."""

    stages: tuple[str, ...]
    """The last block of each of the backbone's stages."""

    tap: str
    """The place of ResNet-34's last convolution; empty in other networks."""

    compat: Compat
    """Whose behaviour to follow."""

    @property
    def last(self) -> Place:
        """The backbone's last place."""
        return list(self.all.values())[-1]


def module_name(place: str) -> str:
    """Return a place's name as part of a parameter's: torch forbids dots there."""
    return place.replace(".", "-")
