from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from pipeline.models.backbone_facts import FACTS
from pipeline.models.build import build_recognizer
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer

Build = Callable[..., Recognizer]


@pytest.fixture
def model_config() -> Callable[..., ModelConfig]:
    """Return a maker of configurations, small unless told otherwise."""

    def make(**changes) -> ModelConfig:
        small = {"backbone": "i3d", "width": 0.125, "attention": "none", "after": []}
        values = {**small, "compat": "paper", "dropout": 0.5, **changes}
        facts = FACTS[values["backbone"]]
        return ModelConfig(**{"head": facts.head, "normalisation": facts.rgb, **values})

    return make


@pytest.fixture
def build(model_config) -> Build:
    """Return a maker of small recognizers: RGB, three classes, seed 0."""

    def make(*, in_channels=3, num_classes=3, seed=0, **changes) -> Recognizer:
        return build_recognizer(model_config(**changes), in_channels, num_classes, seed)

    return make


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(5)


@pytest.fixture
def official_keys(shared_dir: Path) -> Callable[[str], dict]:
    """Return a reader of the official checkpoints' key -> shape lists."""
    import json

    return lambda name: json.loads((shared_dir / "checkpoint_keys" / f"{name}.json").read_text())


class HalfKept:
    """Draws for tests: every other feature is kept, and numbers come from a fixed seed."""

    def __init__(self, clips: int) -> None:
        self.clips = clips

    def keep(self, size: int) -> torch.Tensor:
        row = torch.arange(size) % 2 * 2.0
        return row.repeat(self.clips, 1)

    def uniform(self, name: str, shape: tuple[int, ...]) -> torch.Tensor:
        generator = torch.Generator().manual_seed(len(name))
        return torch.rand(self.clips, *shape, generator=generator).clamp(1e-6, 1 - 1e-6)


@pytest.fixture
def draws() -> Callable[[int], HalfKept]:
    """Return a maker of a batch's random numbers."""
    return HalfKept
