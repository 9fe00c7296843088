"""Every attention on every backbone, each with the clips of the backbone's paper."""

from collections.abc import Sequence

from benchmarks.models.cases import Case
from benchmarks.models.egocentric import EGTEA
from benchmarks.models.papers import NON_LOCAL_PLACES
from pipeline.models.attention_params import ATTENTIONS
from pipeline.models.backbone_facts import FACTS

FRAMES = {
    "i3d": 16,
    "inception2d": 16,
    "resnet34": 25,
    "i3d_resnet18": 32,
    "i3d_resnet50": 32,
}
"""Of a clip: STAM's, LSTA's, W3's supplement's. Elsewhere ``USUAL_FRAMES``."""

USUAL_FRAMES = 8
"""TSN's, TSM's and TAM's."""

IGA_FRAMES = 24

OPTIONS: dict[tuple[str, str], dict[str, object]] = {
    ("inception2d", "iga"): {"grid": [IGA_FRAMES, 7, 7]},
}
"""Where a method's own options do not fit the clips."""

PLACES: dict[str, tuple[str, ...]] = {
    "none": (),
    "cbam": ("branches",),
    "w3": ("branches",),
    "nonlocal": NON_LOCAL_PLACES,
}
"""As published. Elsewhere, and where a backbone has none of them, the last block."""


def grid_cases(
    backbones: Sequence[str] = tuple(FACTS), attentions: Sequence[str] = tuple(ATTENTIONS)
) -> list[Case]:
    """Return one case a pair, with the method's own options."""
    return [grid_case(backbone, name) for backbone in backbones for name in attentions]


def grid_case(backbone: str, attention: str) -> Case:
    """Return an attention on a backbone, for EGTEA's classes."""
    frames = FRAMES.get(backbone, USUAL_FRAMES)
    return Case(
        f"{backbone} {attention}",
        backbone,
        frames=IGA_FRAMES if attention == "iga" else frames,
        classes=EGTEA,
        attention=attention,
        options=OPTIONS.get((backbone, attention), {}),
        after=choose_places(backbone, attention),
    )


def choose_places(backbone: str, attention: str) -> tuple[str, ...]:
    """Return where an attention goes in a backbone."""
    facts, wanted = FACTS[backbone], PLACES.get(attention, ("last",))
    known = tuple(place for place in wanted if place in (*facts.aliases, *facts.places))
    return known if known or not wanted else ("last",)
