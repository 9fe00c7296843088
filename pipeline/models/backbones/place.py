"""What an attention module is told about the place in a backbone where it stands."""

from dataclasses import dataclass

from pipeline.models.inception import Branches


@dataclass(frozen=True)
class Place:
    """The output of one named layer of a backbone."""

    name: str
    """The layer's own name, as in checkpoints: `Mixed_5c`."""

    channels: int
    """Channels of the features there."""

    branches: Branches
    """Widths of the inception block that makes the features."""
