import numpy as np
import pytest

from pipeline.kitchen.catalog import VERBS
from pipeline.kitchen.verbs import MOVES, move

NUM_FRAMES, PADDING = 30, 3
MOVED = {
    "Take": "near",
    "Put": "near",
    "Open": "lid",
    "Close": "lid",
    "Stir": "tool",
    "Cut": "tool",
    "Pour": "tilt",
    "Shake": "shake",
}


def values_of(verb: str, part: str, clips: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    return np.stack([getattr(move(verb, rng, NUM_FRAMES, PADDING), part) for _ in range(clips)])


def test_every_verb_of_the_catalog_has_a_motion():
    assert set(VERBS) == set(MOVES)


@pytest.mark.parametrize("verb", MOVES)
def test_a_verb_moves_its_own_part_and_no_other(verb):
    for part in ("near", "tilt", "lid", "tool", "shake"):
        change = np.ptp(values_of(verb, part, clips=4), axis=1).max(axis=-1)
        assert (change > 0).all() == (part == MOVED[verb])


@pytest.mark.parametrize("verb", MOVES)
def test_the_hands_are_still_in_the_padding(verb):
    values = values_of(verb, MOVED[verb], clips=3)
    assert (values[:, :PADDING] == values[:, PADDING, None]).all()
    assert (values[:, -PADDING:] == values[:, -PADDING - 1, None]).all()


@pytest.mark.parametrize(("there", "back"), [("Take", "Put"), ("Open", "Close")])
def test_opposite_verbs_are_each_other_in_reverse(there, back):
    forth, reverse = values_of(there, MOVED[there], 5), values_of(back, MOVED[back], 5)
    np.testing.assert_allclose(forth, reverse[:, ::-1], atol=1e-12)


@pytest.mark.parametrize("part", ["near", "lid", "tilt"])
def test_a_part_at_rest_is_found_where_its_own_verb_takes_it(part):
    verb = next(verb for verb, moved in MOVED.items() if moved == part)
    moving = values_of(verb, part, 400)[:, PADDING:-PADDING].ravel()
    resting = values_of("Shake", part, 400)[:, 0]
    shares = np.linspace(0.05, 0.95, 10)
    spread = np.ptp(moving)
    gap = np.quantile(moving, shares) - np.quantile(resting, shares)
    assert np.abs(gap).max() < 0.12 * spread
