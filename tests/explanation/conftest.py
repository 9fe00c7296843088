"""Small recognizers with start values, for explanations of each."""

from collections.abc import Callable

import pytest

from pipeline.models.backbone_facts import FACTS
from pipeline.models.build import build_recognizer
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Recognizer


def build_small(**changes) -> Recognizer:
    """Return a small recognizer in evaluation: RGB, three classes, seed 0."""
    small = {"backbone": "i3d", "width": 0.125, "attention": "none", "after": []}
    values = {**small, "compat": "paper", "dropout": 0.5, **changes}
    facts = FACTS[values["backbone"]]
    config = ModelConfig(**{"head": facts.head, "normalisation": facts.rgb, **values})
    return build_recognizer(config, 3, 3, 0).eval()


@pytest.fixture(scope="session")
def build() -> Callable[..., Recognizer]:
    """Return a maker of small recognizers."""
    return build_small
