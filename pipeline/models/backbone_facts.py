"""What a configuration must know of every backbone; free of torch.

A test holds these facts against the networks that are built.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.models.normalisations import NormalisationName

BRANCH = ".branch"
"""Behind a block's name: what the block adds to its input, before the sum."""


@dataclass(frozen=True)
class BackboneFacts:
    """One backbone.

    Args:
        places: names of its places, in the order of computation.
        blocks: those that are whole blocks; the last of them ends the backbone.
        stages: the last block of each stage, between which features get smaller.
        head: the classifier that it was published with.
        rgb: the normalisation that its published RGB weights expect.
        flow: the same of flow.
        tap: the place of ResNet-34 that LSTA's memory takes; empty in other networks.
    """

    places: tuple[str, ...]
    blocks: tuple[str, ...]
    stages: tuple[str, ...]
    head: str
    rgb: NormalisationName
    flow: NormalisationName
    tap: str = ""

    @property
    def branches(self) -> tuple[str, ...]:
        """Places on the residual branches; in a network without any, its blocks."""
        return tuple(place for place in self.places if place.endswith(BRANCH)) or self.blocks

    @property
    def aliases(self) -> dict[str, tuple[str, ...]]:
        """Words for several places."""
        return {"last": self.blocks[-1:], "blocks": self.blocks, "branches": self.branches}

    @property
    def choices(self) -> str:
        """All that may stand in `after`, for messages."""
        places = [place for place in self.places if place != self.tap]
        return ", ".join((*self.aliases, *places))

    def resolve(self, after: Sequence[str]) -> list[str]:
        """Return places by their own names, in the order of computation.

        Raises:
            ValueError: a word is no place, or a place is named twice.
        """
        aliases = self.aliases
        named = [place for word in after for place in aliases.get(word, (word,))]
        if self.tap and self.tap in named:
            raise ValueError(f"{self.tap} can be looked at, but leads nowhere; name another place")
        unknown = [place for place in named if place not in self.places]
        if unknown:
            raise ValueError(f"no place {', '.join(unknown)}; choose among {self.choices}")
        if len(set(named)) < len(named):
            raise ValueError("a place is named twice; name each once")
        return [place for place in self.places if place in named]


INCEPTION_BLOCKS = (
    *("Mixed_3b", "Mixed_3c"),
    *("Mixed_4b", "Mixed_4c", "Mixed_4d", "Mixed_4e", "Mixed_4f"),
    *("Mixed_5b", "Mixed_5c"),
)
INCEPTION_PLACES = (
    *("MaxPool3d_2a_3x3", "MaxPool3d_3a_3x3", *INCEPTION_BLOCKS[:2]),
    *("MaxPool3d_4a_3x3", *INCEPTION_BLOCKS[2:7]),
    *("MaxPool3d_5a_2x2", *INCEPTION_BLOCKS[7:]),
)
TAP = "layer4.2.conv2"
"""ResNet-34's last convolution and its residual, before batch norm and ReLU: what LSTA's memory
takes (swathikirans/LSTA)."""


def _inception(head: str) -> BackboneFacts:
    return BackboneFacts(
        INCEPTION_PLACES,
        INCEPTION_BLOCKS,
        ("Mixed_3c", "Mixed_4f", "Mixed_5c"),
        head,
        rgb="minus_one_one",
        flow="minus_one_one",
    )


def _residual(counts: Sequence[int], head: str, tap: str = "") -> BackboneFacts:
    """Return the facts of a ResNet with so many blocks in its four stages."""
    stages = [
        [f"layer{stage}.{block}" for block in range(count)] for stage, count in enumerate(counts, 1)
    ]
    blocks = tuple(block for stage in stages for block in stage)
    return BackboneFacts(
        tuple(_with_branches(blocks, blocks, tap)),
        blocks,
        tuple(stage[-1] for stage in stages),
        head,
        rgb="imagenet",
        flow="tsn_flow",
        tap=tap,
    )


def _mobilenet() -> BackboneFacts:
    """Return MobileNetV2's: ten of its 17 blocks have a skip connection."""
    blocks = tuple(f"features.{number}" for number in range(1, 19))
    skipping = tuple(f"features.{number}" for number in (3, 5, 6, 8, 9, 10, 12, 13, 15, 16))
    return BackboneFacts(
        tuple(_with_branches(blocks, skipping, "")),
        blocks,
        ("features.3", "features.6", "features.13", "features.18"),
        "frames",
        rgb="imagenet",
        flow="tsn_flow",
    )


def _with_branches(blocks: Sequence[str], skipping: Sequence[str], tap: str) -> Iterator[str]:
    """Return the places of blocks, some of which have a residual branch."""
    for block in blocks:
        if tap.startswith(f"{block}."):
            yield tap
        if block in skipping:
            yield f"{block}{BRANCH}"
        yield block


RESNET18, RESNET34, RESNET50 = (2, 2, 2, 2), (3, 4, 6, 3), (3, 4, 6, 3)
"""Blocks in the four stages (He et al., CVPR 2016, table 1)."""

FACTS: dict[str, BackboneFacts] = {
    "i3d": _inception("windows"),
    "inception2d": _inception("frames"),
    "resnet34": _residual(RESNET34, "clip", TAP),
    "tsn_resnet50": _residual(RESNET50, "frames"),
    "tsm_resnet50": _residual(RESNET50, "frames"),
    "tam_resnet50": _residual(RESNET50, "frames"),
    "tsm_mobilenetv2": _mobilenet(),
    "i3d_resnet18": _residual(RESNET18, "frames"),
    "i3d_resnet50": _residual(RESNET50, "frames"),
}
"""Every backbone by its name; the keys of `BACKBONES`."""
