"""Three test sets that share no clip, each with every class, like EGTEA Gaze+'s."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.kitchen.classes import Action

NUM_SPLITS = 3
TEST_SHARE = 0.2
"""EGTEA Gaze+: 2,022 of 10,321."""


def split_clips(
    clips: Mapping[Action, Sequence[str]], rng: np.random.Generator
) -> list[frozenset[str]]:
    """Return the names of each split's test clips; the split's other clips train."""
    tests: list[set[str]] = [set() for _ in range(NUM_SPLITS)]
    for action in sorted(clips):
        names = sorted(clips[action])
        size = max(1, round(TEST_SHARE * len(names)))
        shuffled = [names[index] for index in rng.permutation(len(names))]
        for number, test in enumerate(tests):
            test.update(shuffled[number * size : (number + 1) * size])
    return [frozenset(test) for test in tests]
