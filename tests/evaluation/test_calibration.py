import numpy as np
import pytest
import scipy.optimize
import scipy.special

from pipeline.evaluation.calibration import TEMPERATURES, fit_temperature


def make_clips(seed, sharpness, num_clips=300, num_classes=5):
    """Clips whose classes are drawn from softmax(logits), and the logits times a sharpness."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(scale=2, size=(num_clips, num_classes))
    chances = scipy.special.softmax(logits, axis=1)
    labels = np.array([generator.choice(num_classes, p=row) for row in chances])
    return logits * sharpness, labels


def negative_log_likelihood(logits, labels, temperature):
    own = scipy.special.log_softmax(logits / temperature, axis=1)
    return -own[np.arange(len(labels)), labels].mean()


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 4.0])
def test_the_temperature_is_scipys_optimum(sharpness):
    logits, labels = make_clips(0, sharpness)
    expected = scipy.optimize.minimize_scalar(
        lambda temperature: negative_log_likelihood(logits, labels, temperature),
        bounds=TEMPERATURES,
        method="bounded",
        options={"xatol": 1e-9},
    ).x
    assert fit_temperature(logits, labels) == pytest.approx(expected, rel=1e-5)


def test_no_temperature_of_a_fine_grid_is_likelier():
    logits, labels = make_clips(1, 2.0, num_clips=40)
    grid = np.geomspace(*TEMPERATURES, 2000)
    best = min(negative_log_likelihood(logits, labels, temperature) for temperature in grid)
    found = negative_log_likelihood(logits, labels, fit_temperature(logits, labels))
    assert found <= best + 1e-12


def test_scores_that_are_too_sure_by_a_factor_are_cooled_by_it():
    logits, labels = make_clips(2, 3.0, num_clips=20_000)
    assert fit_temperature(logits, labels) == pytest.approx(3.0, rel=0.05)


def test_clips_that_are_all_right_take_the_coldest_temperature_allowed():
    assert fit_temperature(np.eye(3), np.arange(3)) == pytest.approx(TEMPERATURES[0])


def test_clips_that_are_all_wrong_take_the_warmest_temperature_allowed():
    assert fit_temperature(np.eye(3), np.array([1, 2, 0])) == pytest.approx(TEMPERATURES[1])


def test_scores_of_any_size_do_not_overflow():
    logits, labels = make_clips(3, 1e6)
    assert np.isfinite(fit_temperature(logits, labels))
