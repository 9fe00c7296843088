import math

import numpy as np
import pytest
from scipy.stats import entropy, pearsonr

from pipeline.gaze_metrics.distribution import (
    EPSILON,
    as_distributions,
    correlation,
    kl,
    similarity,
    standardise,
)
from pipeline.gaze_metrics.gaze_maps import gaze_distributions


@pytest.fixture
def gaze(points) -> np.ndarray:
    return gaze_distributions(points, 3.2)


def test_distributions_sum_to_one_and_keep_the_order_of_cells(maps):
    found = as_distributions(maps)
    np.testing.assert_allclose(found.sum(axis=(1, 2)), 1.0, rtol=1e-12)
    assert found.min() >= 0
    np.testing.assert_allclose(found[-1], maps[-1] / maps[-1].sum(), rtol=1e-12)


def test_an_empty_map_is_a_uniform_distribution(maps):
    assert np.unique(as_distributions(maps[:1] * 0)).tolist() == [1 / maps[0].size]


def test_a_map_below_zero_is_raised_to_zero(generator):
    one = generator.normal(size=(1, 64, 64))
    raised = (one - one.min()) / (one - one.min()).sum()
    np.testing.assert_allclose(as_distributions(one), raised, rtol=1e-12)


def test_kl_is_the_sum_over_cells_of_the_definition(maps, gaze):
    found = kl(as_distributions(maps), gaze)
    for value, one, truth in zip(found, as_distributions(maps), gaze, strict=True):
        expected = sum(
            float(g) * math.log(EPSILON + float(g) / (EPSILON + float(m)))
            for g, m in zip(truth.ravel(), one.ravel(), strict=True)
        )
        assert value == pytest.approx(expected, rel=1e-9)


def test_kl_of_a_map_without_zeros_is_the_textbooks(maps, gaze):
    found = kl(as_distributions(maps[-5:] + 0.1), gaze[-5:])
    expected = entropy(gaze[-5:], as_distributions(maps[-5:] + 0.1), axis=(1, 2))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_kl_of_the_gaze_with_itself_is_zero_and_that_of_a_miss_is_finite(gaze):
    np.testing.assert_allclose(kl(gaze, gaze), 0.0, atol=1e-9)
    miss = np.zeros((1, 64, 64))
    miss[0, 0, 0] = 1.0
    assert kl(miss, gaze_distributions(np.array([[0.9, 0.9]]), 3.2))[0] == pytest.approx(31, abs=1)


def test_cc_is_pearsons_correlation_over_cells(maps, gaze):
    found = correlation(standardise(maps), standardise(gaze))
    for value, one, truth in zip(found, maps, gaze, strict=True):
        constant = one.min() == one.max()
        expected = 0.0 if constant else pearsonr(one.ravel(), truth.ravel()).statistic
        assert value == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_scaled_or_raised_map_has_the_same_cc(maps, gaze):
    found = correlation(standardise(3 * maps[-5:] + 2), standardise(gaze[-5:]))
    expected = correlation(standardise(maps[-5:]), standardise(gaze[-5:]))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_sim_is_the_sum_of_the_lower_of_both(maps, gaze):
    found = similarity(as_distributions(maps), gaze)
    for value, one, truth in zip(found, as_distributions(maps), gaze, strict=True):
        expected = sum(map(min, one.ravel().tolist(), truth.ravel().tolist()))
        assert value == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(similarity(gaze, gaze), 1.0, rtol=1e-12)
