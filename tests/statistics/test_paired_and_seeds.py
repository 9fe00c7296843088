import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics.holm import holm
from pipeline.statistics.mcnemar import mcnemar_test
from pipeline.statistics.seeds import combined_test, seed_spread, seeds_test


@pytest.mark.parametrize("counts", [(0, 1), (0, 8), (3, 9), (5, 5), (40, 61), (700, 800)])
def test_mcnemar_is_scipys_binomial_test_of_discordant_clips(counts):
    expected = scipy.stats.binomtest(counts[0], sum(counts)).pvalue
    assert mcnemar_test(*counts) == pytest.approx(expected)
    assert mcnemar_test(*counts) == mcnemar_test(*reversed(counts))


def test_without_a_discordant_clip_mcnemar_sees_no_difference():
    assert mcnemar_test(0, 0) == 1.0


def slow_holm(p_values):
    """The step-down procedure from its definition: the level at which each is first rejected."""
    corrected = {}
    for place, index in enumerate(np.argsort(p_values, kind="stable")):
        own = min(1.0, (len(p_values) - place) * p_values[index])
        corrected[index] = max([own, *corrected.values()])
    return [corrected[index] for index in range(len(p_values))]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_the_step_down_procedure(p_values):
    np.testing.assert_allclose(holm(np.array(p_values)), slow_holm(p_values))


def test_holm_of_one_question_is_that_question():
    assert holm(np.array([0.03])).tolist() == [0.03]


def test_holm_keeps_false_alarms_of_a_family_below_five_percent():
    generator = np.random.default_rng(0)
    alarms = [holm(generator.random(4)).min() < 0.05 for _ in range(4000)]
    assert np.mean(alarms) < 0.06


def test_the_interval_over_seeds_is_students():
    values = np.array([0.71, 0.68, 0.74, 0.70])
    found = seed_spread(values)
    expected = scipy.stats.t.interval(0.95, 3, values.mean(), scipy.stats.sem(values))
    np.testing.assert_allclose(found.interval, expected, rtol=1e-5)
    assert found.sd == pytest.approx(np.std(values, ddof=1))


def test_one_seed_has_a_mean_and_no_spread():
    assert seed_spread(np.array([0.5])) == seed_spread(np.array([0.5]))
    assert (seed_spread(np.array([0.5])).sd, seed_spread(np.array([0.5])).interval) == (None, None)


@pytest.mark.parametrize("sizes", [(2, 2), (3, 5)])
def test_welch_is_scipys(sizes):
    generator = np.random.default_rng(0)
    first, second = generator.normal(0, 1, sizes[0]), generator.normal(1, 3, sizes[1])
    expected = scipy.stats.ttest_ind(first, second, equal_var=False).pvalue
    assert seeds_test(first, second) == pytest.approx(expected, rel=1e-4)
    assert seeds_test(second, first) == pytest.approx(expected, rel=1e-4)


def test_a_single_seed_against_several_is_scipys_students_test():
    single, several = np.array([0.9]), np.array([0.4, 0.6, 0.55])
    pooled = scipy.stats.ttest_ind(single, several, equal_var=True).pvalue
    assert seeds_test(single, several) == pytest.approx(pooled, rel=1e-4)
    assert seeds_test(several, single) == pytest.approx(pooled, rel=1e-4)


def test_seeds_that_do_not_spread_are_sure():
    same, other = np.full(3, 0.5), np.full(2, 0.6)
    assert (seeds_test(same, same), seeds_test(same, other)) == (1.0, 0.0)


def slow_combined(parts, first, second):
    """Both variances of the difference from their definitions, and Satterthwaite's formula."""
    num = len(parts)
    kinds = [(num * sum((part - sum(parts) / num) ** 2 for part in parts) / (num - 1), num - 1)]
    kinds += [
        (
            sum((x - sum(each) / len(each)) ** 2 for x in each) / (len(each) - 1) / len(each),
            len(each) - 1,
        )
        for each in (first, second)
    ]
    variance = sum(kind[0] for kind in kinds)
    freedom = variance**2 / sum(kind[0] ** 2 / kind[1] for kind in kinds)
    return 2 * scipy.stats.t.sf(abs(second.mean() - first.mean()) / variance**0.5, freedom)


@pytest.mark.parametrize("sizes", [(2, 2), (3, 5)])
def test_both_kinds_of_chance_together_are_satterthwaites_sum(sizes):
    generator = np.random.default_rng(0)
    first, second = (
        generator.normal(mean, 1, size) for mean, size in zip((0, 1), sizes, strict=True)
    )
    parts = generator.normal(0.1, 0.2, 12)
    expected = slow_combined(parts, first, second)
    assert combined_test(parts, first, second) == pytest.approx(expected, rel=1e-6)
    assert combined_test(-parts, second, first) == pytest.approx(expected, rel=1e-6)


def test_where_sessions_agree_both_kinds_together_are_the_test_of_seeds():
    first, second = np.array([0.4, 0.6, 0.55]), np.array([0.7, 0.8])
    parts = np.full(5, (second.mean() - first.mean()) / 5)
    assert combined_test(parts, first, second) == pytest.approx(seeds_test(first, second))


def test_single_seeds_or_a_single_session_have_no_test_of_both():
    assert combined_test(np.array([0.1, 0.2]), np.array([0.1]), np.array([0.4])) is None
    assert combined_test(np.array([0.3]), np.array([0.1, 0.2]), np.array([0.4, 0.5])) is None


def test_equal_numbers_without_any_spread_are_no_difference():
    same = np.full(3, 0.5)
    assert combined_test(np.zeros(4), same, same) == 1.0


def test_two_single_seeds_tell_nothing_of_seeds():
    assert seeds_test(np.array([0.5]), np.array([0.6])) is None
