from itertools import product

import numpy as np
import pytest
import scipy.stats
from made_sessions import draw_set

from pipeline.statistics.permutation import EXACT_CLUSTERS, sign_flip_test
from pipeline.statistics.tally import tally


def difference_of_equals(generator, *, num_sessions, num_groups, of_groups):
    """Contributions to the difference of two models with the same chances, right by other luck."""
    sessions, groups, chance = draw_set(
        generator,
        num_sessions=num_sessions,
        difficulty=np.linspace(0, 1.5, num_groups),
        session_sd=0.8,
    )
    own = generator.normal(scale=0.8, size=(2, num_sessions))[:, sessions]  # a model's bad sessions
    chance = 1 / (1 + (1 - chance) / chance * np.exp(own))
    first, second = (generator.random(chance.shape) < chance).astype(float)
    groups, num_groups = (groups, num_groups) if of_groups else (np.zeros_like(groups), 1)
    return tally(second - first, sessions, num_sessions, groups, num_groups).contributions()


@pytest.mark.parametrize("of_groups", [False, True], ids=["micro", "macro"])
@pytest.mark.parametrize("num_sessions", [12, 40])
def test_two_equal_models_differ_in_five_of_a_hundred_resamplings(num_sessions, of_groups):
    generator = np.random.default_rng(11)
    found = [
        sign_flip_test(
            difference_of_equals(
                generator, num_sessions=num_sessions, num_groups=10, of_groups=of_groups
            ),
            generator,
            num_draws=1000,
        )
        for _ in range(200)
    ]
    assert 0.02 <= np.mean(np.array(found) < 0.05) <= 0.08


def test_p_values_are_those_of_every_assignment_of_signs():
    generator = np.random.default_rng(0)
    for _ in range(20):
        values = generator.integers(-3, 4, 7).astype(float)
        sums = [abs(np.dot(signs, values)) for signs in product([1, -1], repeat=7)]
        expected = np.mean(np.array(sums) >= abs(values.sum()) - 1e-12)
        assert sign_flip_test(values, generator) == pytest.approx(expected)


def test_p_values_are_scipys():
    values = np.random.default_rng(1).normal(0.3, 1, 10)
    expected = scipy.stats.permutation_test(
        (values,), np.sum, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert sign_flip_test(values, np.random.default_rng(0)) == pytest.approx(expected)


def test_drawn_signs_agree_with_all_of_them():
    values = np.random.default_rng(2).normal(0.4, 1, EXACT_CLUSTERS)
    exact = sign_flip_test(values, np.random.default_rng(0))
    more = np.append(values, 1e-30)  # one cluster too many to try all, and of no weight
    assert sign_flip_test(more, np.random.default_rng(0)) == pytest.approx(exact, abs=0.01)


def test_networks_that_agree_everywhere_do_not_differ():
    assert sign_flip_test(np.zeros(12), np.random.default_rng(0)) == 1.0


def test_no_number_of_clips_makes_five_sessions_enough():
    assert sign_flip_test(np.full(5, 0.2), np.random.default_rng(0)) == 2 / 2**5


def test_swapping_the_networks_changes_nothing():
    values = np.random.default_rng(3).normal(size=30)
    swapped = [sign_flip_test(side, np.random.default_rng(4)) for side in (values, -values)]
    assert swapped[0] == swapped[1]
