from dataclasses import asdict

import numpy as np
import pytest

from pipeline.evaluation.classes import Classes
from pipeline.evaluation.scores import Scores
from pipeline.evaluation.summary import measure
from pipeline.statistics.accuracies import accuracy_intervals, tally_accuracies

K = 7
CLASSES = Classes(
    names=tuple("abcdefg"),
    verb_of_action=np.array([0, 0, 1, 1, 2, 2, -1]),
    noun_of_action=np.array([0, 1, 0, 1, 0, 1, 2]),
)
NO_PARTS = Classes(CLASSES.names, np.full(K, -1), np.full(K, -1))


def make_scores(seed, num_clips=50, num_present=K - 1):
    generator = np.random.default_rng(seed)
    clips = np.array([f"clip{number}" for number in range(num_clips)])
    labels = generator.integers(0, num_present, num_clips)
    logits = generator.integers(-3, 3, (num_clips, K)).astype(np.float32)  # with many ties
    return Scores(clips, np.full(num_clips, "test"), labels, logits, {})


def sessions_of(scores, num_sessions=5):
    return [f"s{number % num_sessions}" for number in range(len(scores.clips))]


@pytest.mark.parametrize("missing_counts_as_zero", [False, True])
@pytest.mark.parametrize("num_present", [1, K - 1, K])
def test_tallied_accuracies_are_those_of_the_report(num_present, missing_counts_as_zero):
    scores = make_scores(0, num_present=num_present)
    policy = {"missing_counts_as_zero": missing_counts_as_zero}
    tallies = tally_accuracies(scores, sessions_of(scores), CLASSES, **policy)
    expected = asdict(measure(scores, CLASSES, **policy))
    assert {name: found.accuracy() for name, found in tallies.items()} == pytest.approx(expected)


def test_undefined_accuracies_are_left_out():
    scores = make_scores(1)
    found = tally_accuracies(scores, sessions_of(scores), NO_PARTS)
    assert set(found) == {"micro", "macro", "top5"}


def test_intervals_hold_the_accuracy_and_stay_between_zero_and_one():
    scores = make_scores(2)
    tallies = tally_accuracies(scores, sessions_of(scores), CLASSES)
    for metric, (low, high) in accuracy_intervals(tallies, seed=0).items():
        assert 0 <= low <= tallies[metric].accuracy() <= high <= 1


def test_intervals_of_macro_stay_near_it_where_absent_classes_count_as_zero():
    scores = make_scores(3, num_present=3)
    sessions = sessions_of(scores)
    left_out = tally_accuracies(scores, sessions, CLASSES)
    as_zero = tally_accuracies(scores, sessions, CLASSES, missing_counts_as_zero=True)
    scaled = np.array(accuracy_intervals(left_out, seed=0)["macro"]) * 3 / K
    np.testing.assert_allclose(accuracy_intervals(as_zero, seed=0)["macro"], scaled)


def test_clips_of_one_session_have_no_intervals():
    scores = make_scores(4)
    tallies = tally_accuracies(scores, ["only"] * len(scores.clips), CLASSES)
    assert set(accuracy_intervals(tallies, seed=0).values()) == {None}
