import pytest

from pipeline.kitchen.params import KitchenParams

DEMO = {
    "seed": 7,
    "verbs": 7,
    "nouns": 4,
    "clips": 420,
    "imbalance": 4.0,
    "subjects": 6,
    "sessions": 12,
    "height": 144,
    "width": 192,
    "min_frames": 24,
    "max_frames": 44,
}
TINY = {
    **DEMO,
    "verbs": 2,
    "nouns": 2,
    "clips": 20,
    "subjects": 2,
    "sessions": 2,
    "height": 48,
    "width": 64,
    "min_frames": 16,
    "max_frames": 20,
}


@pytest.fixture(scope="session")
def demo() -> KitchenParams:
    return KitchenParams(**DEMO)


@pytest.fixture(scope="session")
def tiny() -> KitchenParams:
    return KitchenParams(**TINY)
