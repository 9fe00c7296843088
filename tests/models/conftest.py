from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from pipeline.models.build import build_recognizer
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer

Build = Callable[..., Recognizer]


@pytest.fixture
def model_config() -> Callable[..., ModelConfig]:
    """Return a maker of configurations, small unless told otherwise."""

    def make(**changes) -> ModelConfig:
        small = {"backbone": "i3d", "width": 0.125, "attention": "none", "after": []}
        return ModelConfig(**{**small, "compat": "paper", "dropout": 0.5, **changes})

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
