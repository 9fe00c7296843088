import numpy as np
import pytest
import scipy.stats

from pipeline.statistics.student import student_p_value, student_quantile

FREEDOMS = [1.0, 1.4, 2.0, 3.7, 10.0, 63.0, 2000.0]


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("probability", [0.01, 0.3, 0.5, 0.975, 0.999])
def test_quantiles_are_scipys(probability, freedom):
    expected = scipy.stats.t.ppf(probability, freedom)
    assert student_quantile(probability, freedom) == pytest.approx(expected, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("statistic", [-2.5, 0.0, 0.3, 4.0])
def test_p_values_are_scipys(statistic, freedom):
    expected = 2 * scipy.stats.t.sf(abs(statistic), freedom)
    assert student_p_value(statistic, freedom) == pytest.approx(expected, rel=1e-3, abs=1e-9)


def test_many_degrees_of_freedom_are_the_normal_distribution():
    assert student_quantile(0.975, 1e4) == pytest.approx(1.95996, abs=5e-4)


def test_quantiles_are_odd_about_a_half():
    assert student_quantile(0.1, 5.0) == -student_quantile(0.9, 5.0)
    assert np.isclose(student_quantile(0.5, 5.0), 0)
