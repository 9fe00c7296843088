from itertools import combinations

import numpy as np
import pytest

from pipeline.kitchen.classes import Action
from pipeline.kitchen.splits import split_clips

CLIPS = {
    Action("Take", "tomato"): [f"a{n}" for n in range(30)],
    Action("Put", "tomato"): [f"b{n}" for n in range(5)],
    Action("Cut", "bread"): [f"c{n}" for n in range(15)],
}


@pytest.fixture
def tests() -> list[frozenset[str]]:
    return split_clips(CLIPS, np.random.default_rng(3))


def test_the_three_test_sets_share_no_clip(tests):
    assert all(one.isdisjoint(other) for one, other in combinations(tests, 2))


def test_a_test_set_is_a_fifth_of_every_class(tests):
    for test in tests:
        sizes = [len(test.intersection(names)) for names in CLIPS.values()]
        assert sizes == [6, 1, 3]
