"""What every attention method's options have: how they refuse a network, and how they build."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from pipeline.models.backbone_facts import BackboneFacts
from pipeline.models.sites import Modules, Sites
from pipeline.params import Section


class AttentionParams(Section):
    """A method's own options, and how to build its modules."""

    fits_any_size: ClassVar[bool] = True
    """Whether the same weights look at images of any size and clips of any length."""

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
