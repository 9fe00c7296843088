"""What is counted: a network, the clips that it sees, and what was published of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Published:
    """Figures as they were printed: how many digits there are says how exact they are.

    Args:
        source: paper with table, or repository with file.
        parameters: in millions.
        gflops: thousands of millions of multiply-adds for one clip, which papers call GFLOPs.
    """

    source: str
    parameters: str | None = None
    gflops: str | None = None


@dataclass(frozen=True)
class Case:
    """A network at full width, and its clips.

    Args:
        name: of the row.
        backbone: a key of ``FACTS``.
        frames: of a clip, before they are stacked.
        classes: that it tells apart.
        attention: the method's name.
        options: of the method, as in params.yaml, where they are not its own defaults.
        after: where it goes.
        head: the classifier's name; None for the backbone's own.
        crop: height and width of a frame.
        channels: of a frame: 3 for RGB, 2 for flow.
        stack: frames that become channels of one.
        flow: the network of flow, where both streams make one.
        joint: how they do, a key of ``JOINTS``.
        published: what to compare with.
        note: why we differ, where we do.
    """

    name: str
    backbone: str
    frames: int
    classes: int
    attention: str = "none"
    options: Mapping[str, object] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    head: str | None = None
    crop: int = 224
    channels: int = 3
    stack: int = 1
    flow: "Case | None" = None
    joint: str = ""
    published: Published | None = None
    note: str = ""

    @property
    def clips(self) -> list[tuple[int, int, int, int]]:
        """Channels, frames, height and width of what the network sees at once."""
        own = (self.channels, self.frames, self.crop, self.crop)
        return [own, *(self.flow.clips if self.flow else ())]


def agrees(value: float, printed: str) -> bool:
    """Say whether a value could have been printed so: half a unit of the last digit off at most."""
    decimals = len(printed.partition(".")[2])
    return abs(value - float(printed)) <= 0.5001 * 10.0**-decimals
