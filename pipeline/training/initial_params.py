"""The sections of a phase's initial weights."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.params import Section


class Scratch(Section):
    """Random initial weights."""

    name: Literal["scratch"]
    """Which weights."""


class PreviousPhase(Section):
    """The weights that the stream's first phase ended with."""

    name: Literal["previous"]
    """Which weights."""
    new: list[str] = Field(default_factory=list)
    """Beginnings of names that the first phase did not know, such as `attention.`."""
    renames: list[tuple[str, str]] = Field(default_factory=list)
    """Pairs of beginnings of names: the first phase's, and what that is called now. LSTA's flow
    stream pools attention by the classifier of verbs:
    `[head.linear., attention.layer4-2.pool.]`."""


class WeightsFile(Section):
    """The weights of a file: one of the project's own, or an official checkpoint."""

    name: Literal["file"]
    """Which weights."""
    kind: str
    """Whose names the file has: a key of `pipeline.models.key_maps.KEY_MAPS`."""
    path: str
    """The file, absolute or from the repository."""
    new: list[str] = Field(default_factory=list)
    """Beginnings of names that the file may not know, beyond those that its kind declares."""


class Pretrained(Section):
    """Published weights."""

    name: Literal["pretrained"]
    """Which weights."""
    weights: str
    """A key of models/pretrained/INDEX.yaml, such as `imagenet_resnet34`."""
    new: list[str] = Field(default_factory=list)
    """Beginnings of names that the file may not know, beyond those that its kind declares."""


class TrainedStreams(Section):
    """What both streams have learnt, for a network of both."""

    name: Literal["streams"]
    """Which weights."""


InitialConfig = Annotated[
    Scratch | PreviousPhase | WeightsFile | Pretrained | TrainedStreams,
    Field(discriminator="name"),
]
