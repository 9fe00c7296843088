import numpy as np
import pytest
import scipy.stats
from made_sessions import draw_set, true_recall

from pipeline.statistics.bootstrap import (
    Interval,
    draw_clusters,
    draw_seeds,
    interval_with_seeds,
    percentile_interval,
    resample,
    seed_deviations,
    tally_interval,
)
from pipeline.statistics.tally import Tally, tally


def make_tally(seed, num_sessions=12, num_groups=1, sd=0.7):
    generator = np.random.default_rng(seed)
    difficulty = np.linspace(0.2, 1.8, num_groups)
    sessions, groups, chance = draw_set(
        generator, num_sessions=num_sessions, difficulty=difficulty, session_sd=sd
    )
    is_right = (generator.random(len(chance)) < chance).astype(float)
    return tally(is_right, sessions, num_sessions, groups, num_groups)


def coverage(*, num_sessions, num_groups, session_sd, num_sets):
    """Share of made test parts whose interval holds the accuracy over all sessions there could be.

    All sets share the resamples, which changes no set's interval in distribution.
    """
    generator = np.random.default_rng(7)
    difficulty = np.linspace(0.0, 2.0, num_groups)
    recall = true_recall(difficulty, session_sd)
    clusters = draw_clusters(num_sessions, 2000, generator)
    held = 0
    for _ in range(num_sets):
        sessions, groups, chance = draw_set(
            generator, num_sessions=num_sessions, difficulty=difficulty, session_sd=session_sd
        )
        is_right = (generator.random(len(chance)) < chance).astype(float)
        counted = tally(is_right, sessions, num_sessions, groups, num_groups)
        low, high = percentile_interval(counted.weighted(clusters), num_sessions)
        held += low <= recall[np.unique(groups)].mean() <= high
    return held / num_sets


@pytest.mark.parametrize("num_sessions", [12, 65])
@pytest.mark.parametrize("session_sd", [0.0, 0.7])
def test_intervals_of_micro_accuracy_cover_the_truth_as_often_as_they_say(num_sessions, session_sd):
    covered = coverage(
        num_sessions=num_sessions, num_groups=1, session_sd=session_sd, num_sets=1000
    )
    assert 0.92 <= covered <= 0.98


@pytest.mark.parametrize(("num_sessions", "num_groups"), [(12, 10), (65, 20)])
def test_intervals_of_macro_accuracy_cover_the_truth_as_often_as_they_say(num_sessions, num_groups):
    covered = coverage(
        num_sessions=num_sessions, num_groups=num_groups, session_sd=0.7, num_sets=700
    )
    assert 0.92 <= covered <= 0.98


def test_clips_drawn_one_by_one_would_not_cover_the_truth_of_sessions_that_differ():
    generator = np.random.default_rng(3)
    difficulty, session_sd, held = np.ones(1), 1.5, 0
    truth = true_recall(difficulty, session_sd)[0]
    for _ in range(300):
        sessions, _, chance = draw_set(
            generator, num_sessions=12, difficulty=difficulty, session_sd=session_sd
        )
        is_right = generator.random(len(sessions)) < chance
        resampled = generator.binomial(len(sessions), is_right.mean(), 2000) / len(sessions)
        low, high = np.quantile(resampled, [0.025, 0.975])
        held += low <= truth <= high
    assert held / 300 < 0.85


def test_resamples_are_those_of_a_loop_over_drawn_sessions():
    counted = make_tally(1, num_sessions=4, num_groups=3)
    clusters = draw_clusters(4, 50, np.random.default_rng(0))
    for often, found in zip(clusters.astype(int), counted.weighted(clusters), strict=True):
        rows = np.repeat(np.arange(4), often)
        right, count = counted.right[rows].sum(axis=0), counted.counted[rows].sum(axis=0)
        shares = [r / n for r, n in zip(right, count, strict=True) if n]
        assert found == pytest.approx(np.mean(shares))


def test_with_many_sessions_the_interval_is_scipys_percentile_bootstrap():
    counted = make_tally(2, num_sessions=400, sd=0.3)
    right, count = counted.right[:, 0], counted.counted[:, 0]
    reference = scipy.stats.bootstrap(
        (right, count),
        lambda r, n, axis: r.sum(axis=axis) / n.sum(axis=axis),
        paired=True,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    found = tally_interval(counted, np.random.default_rng(1))
    np.testing.assert_allclose(found, reference, atol=0.003)


def test_tails_are_widened_as_hesterberg_says():
    resampled, few = np.linspace(0, 1, 100_001), 12
    tail = scipy.stats.norm.cdf(-np.sqrt(few / (few - 1)) * scipy.stats.t.ppf(0.975, few - 1))
    found = percentile_interval(resampled, few)
    np.testing.assert_allclose(found, [tail, 1 - tail], atol=1e-5)


def test_the_same_seed_gives_the_same_interval():
    intervals = {tally_interval(make_tally(4), np.random.default_rng(5)) for _ in range(2)}
    assert len(intervals) == 1


def test_one_session_has_no_interval():
    assert tally_interval(make_tally(0, num_sessions=1), np.random.default_rng(0)) is None


def test_where_every_clip_is_right_the_interval_is_a_point():
    sure = Tally(np.full((6, 2), 3.0), np.full((6, 2), 3.0), 1.0)
    assert tally_interval(sure, np.random.default_rng(0)) == (1.0, 1.0)


@pytest.mark.parametrize("num_seeds", [2, 3, 5])
def test_where_sessions_agree_the_interval_over_seeds_is_students(num_seeds):
    tallies = [make_tally(seed) for seed in range(num_seeds)]
    values = np.array([counted.accuracy() for counted in tallies])
    seeds = draw_seeds(num_seeds, 400_000, np.random.default_rng(0))
    alike = np.full(len(seeds), values.mean())
    found = np.array(interval_with_seeds(alike, seed_deviations(tallies, seeds), 12))
    expected = scipy.stats.t.interval(0.95, num_seeds - 1, values.mean(), scipy.stats.sem(values))
    np.testing.assert_allclose(found - values.mean(), expected - values.mean(), rtol=0.03)


def test_where_seeds_agree_the_interval_is_as_wide_as_that_of_sessions():
    resampled = np.random.default_rng(0).normal(0.6, 0.05, 400_000)
    found = interval_with_seeds(resampled, np.zeros(len(resampled)), 12)
    np.testing.assert_allclose(found, percentile_interval(resampled, 12), atol=0.002)


def test_over_seeds_too_one_session_has_no_interval():
    assert interval_with_seeds(np.ones(3), np.zeros(3), 1) is None


def test_a_single_seed_has_no_noise_of_its_own():
    seeds = draw_seeds(1, 3, np.random.default_rng(0))
    assert seeds.tolist() == seed_deviations([make_tally(0)], seeds).tolist() == [0, 0, 0]
    clusters = draw_clusters(12, 3, np.random.default_rng(0))
    counted = make_tally(0)
    assert resample([counted], clusters).tolist() == counted.weighted(clusters).tolist()


def test_seeds_are_averaged_within_each_resample():
    tallies = [make_tally(0), make_tally(0, sd=2.0)]
    clusters = draw_clusters(12, 5, np.random.default_rng(0))
    expected = (tallies[0].weighted(clusters) + tallies[1].weighted(clusters)) / 2
    np.testing.assert_allclose(resample(tallies, clusters), expected)


def test_an_interval_is_cut_to_what_is_possible():
    assert Interval(-0.2, 0.7).within(0.0, 1.0) == (0, 0.7)
