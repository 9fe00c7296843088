import numpy as np
import pytest
import sklearn.metrics
from made_sessions import as_tally

from pipeline.statistics.tally import tally

S, G = 5, 4


@pytest.fixture
def clips():
    generator = np.random.default_rng(0)
    sessions = generator.integers(0, S, 60)
    groups = generator.integers(0, G - 1, 60)  # the last group has no clip
    return generator.integers(0, 2, 60).astype(float), sessions, groups


def test_sums_are_those_of_a_loop(clips):
    values, sessions, groups = clips
    found, slow = tally(values, sessions, S, groups, G), as_tally(values, sessions, groups, S, G)
    np.testing.assert_array_equal(found.right, slow.right)
    np.testing.assert_array_equal(found.counted, slow.counted)


def test_the_mean_over_groups_is_sklearns_balanced_accuracy(clips):
    values, sessions, groups = clips
    named = np.where(values == 1, groups, G)
    with pytest.warns(UserWarning, match="not in y_true"):
        expected = sklearn.metrics.balanced_accuracy_score(groups, named)
    assert tally(values, sessions, S, groups, G).accuracy() == pytest.approx(expected)


def test_weights_are_as_if_a_session_were_there_so_often(clips):
    values, sessions, groups = clips
    often = np.array([2, 0, 1, 3, 0])
    rows = np.repeat(np.arange(60), often[sessions])
    repeated = tally(values[rows], sessions[rows], S, groups[rows], G)
    weighted = tally(values, sessions, S, groups, G).weighted(often[None].astype(float))
    assert weighted[0] == pytest.approx(repeated.accuracy())


def test_contributions_of_the_sessions_sum_to_the_accuracy(clips):
    values, sessions, groups = clips
    found = tally(values, sessions, S, groups, G)
    assert found.contributions().sum() == pytest.approx(found.accuracy())


def test_a_resample_without_any_counted_clip_has_no_accuracy():
    counted = tally(np.ones(2), np.array([0, 0]), 2, np.array([0, 0]), 1)
    assert np.isnan(counted.weighted(np.array([[0.0, 2.0]]))).tolist() == [True]
    assert counted.num_clusters == 1
