"""The classifiers by name, with their options; free of torch."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from pipeline.models.sites import AnyHead
from pipeline.params import Section


@dataclass(frozen=True)
class HeadSite:
    """What a head is told of the network that it ends.

    Args:
        channels: of the backbone's last features.
        num_classes: that the phase learns, usually actions.
        num_parts: verbs and nouns by kind, for heads that name them too.
    """

    channels: int
    num_classes: int
    num_parts: Mapping[str, int]


class HeadParams(Section):
    """A classifier's own options, and how to build it."""

    name: str
    """A key of `HEADS`."""

    @abstractmethod
    def build(self, site: HeadSite) -> AnyHead:
        """Return the head."""


class WindowsParams(HeadParams):
    """I3D's: mean over windows of two feature frames."""

    name: Literal["windows"] = "windows"
    """Which head."""

    def build(self, site: HeadSite) -> AnyHead:
        """Return the head."""
        from pipeline.models.heads.windows import WindowsHead

        return WindowsHead(site.channels, site.num_classes)


class ClipParams(HeadParams):
    """One score of the mean over space and time."""

    name: Literal["clip"] = "clip"
    """Which head."""

    def build(self, site: HeadSite) -> AnyHead:
        """Return the head."""
        from pipeline.models.heads.clip import ClipHead

        return ClipHead(site.channels, site.num_classes)


class FramesParams(HeadParams):
    """TSN's: the mean of the frames' scores."""

    name: Literal["frames"] = "frames"
    """Which head."""

    def build(self, site: HeadSite) -> AnyHead:
        """Return the head."""
        from pipeline.models.heads.frames import FramesHead

        return FramesHead(site.channels, site.num_classes)


class MultiTaskParams(HeadParams):
    """LSTA's on EPIC-KITCHENS: actions, and verbs and nouns steered by them."""

    name: Literal["multi_task"] = "multi_task"
    """Which head."""

    def build(self, site: HeadSite) -> AnyHead:
        """Return the head."""
        from pipeline.models.heads.multi_task import MultiTaskHead

        return MultiTaskHead(site.channels, site.num_classes, site.num_parts)


class TrnParams(HeadParams):
    """TRN's: one relation of all frames (Zhou et al., ECCV 2018)."""

    name: Literal["trn"] = "trn"
    """Which head."""
    frames: PositiveInt = 8
    """Frames that the network sees, no other number of them."""

    def build(self, site: HeadSite) -> AnyHead:
        """Return the head."""
        from pipeline.models.heads.relation import trn_head

        return trn_head(site.channels, site.num_classes, self.frames)


class MtrnParams(HeadParams):
    """Multi-scale TRN's: relations of two frames and of more, up to all, added."""

    name: Literal["mtrn"] = "mtrn"
    """Which head."""
    frames: Annotated[int, Field(ge=2)] = 8
    """Frames that the network sees, no other number of them."""

    def build(self, site: HeadSite) -> AnyHead:
        """Return the head."""
        from pipeline.models.heads.relation import mtrn_head

        return mtrn_head(site.channels, site.num_classes, self.frames)


HEADS: dict[str, type[HeadParams]] = {
    "windows": WindowsParams,
    "clip": ClipParams,
    "frames": FramesParams,
    "trn": TrnParams,
    "mtrn": MtrnParams,
    "multi_task": MultiTaskParams,
}
