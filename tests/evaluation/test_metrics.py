import numpy as np
import pytest
import sklearn.metrics
from sklearn.dummy import DummyClassifier

from pipeline.evaluation.metrics import (
    MetricsError,
    chance_accuracy,
    class_table,
    confusion_matrix,
    macro_accuracy,
    micro_accuracy,
    part_accuracy,
    top_actions,
    top_k_accuracy,
)

K = 7


def draw(generator, low, high, num_clips=53):
    """Scores of any clips of the classes low … high - 1."""
    return generator.normal(size=(num_clips, K)), generator.integers(low, high, num_clips)


def never_named(logits, labels, name):
    """The same scores where no clip is named so."""
    logits = logits.copy()
    logits[:, name] = -9.0
    return logits, labels


CASES = {
    "last class without clips": lambda g: draw(g, 0, K - 1),
    "every class": lambda g: draw(g, 0, K, 200),
    "one class": lambda g: draw(g, 3, 4),
    "one clip": lambda g: draw(g, 2, 3, 1),
    "a class with clips is never named": lambda g: never_named(*draw(g, 0, K), name=1),
    "ties": lambda g: (g.integers(0, 3, (53, K)).astype(float), g.integers(0, K, 53)),
    "all scores equal": lambda g: (np.zeros((53, K)), g.integers(0, K, 53)),
    "all right": lambda g: (np.eye(K)[np.arange(K)], np.arange(K)),
    "all wrong": lambda g: (np.eye(K)[np.arange(K)], np.roll(np.arange(K), 1)),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def scored(request):
    return request.param(np.random.default_rng(0))


@pytest.fixture(params=range(4))
def scored_without_ties(request):
    return draw(np.random.default_rng(request.param), 0, K - 1)


def slow_top_k(logits, labels, k):
    """The definition, ties to the lower class id."""
    hits = [
        label in sorted(range(K), key=lambda name, row=row: (-row[name], name))[:k]
        for row, label in zip(logits, labels, strict=True)
    ]
    return np.mean(hits)


def test_micro_is_sklearns_accuracy(scored):
    logits, labels = scored
    expected = sklearn.metrics.accuracy_score(labels, logits.argmax(axis=1))
    assert micro_accuracy(logits, labels) == pytest.approx(expected)


def test_macro_is_sklearns_recall_averaged_over_present_classes(scored):
    logits, labels = scored
    predicted = top_actions(logits)
    expected = sklearn.metrics.recall_score(
        labels, predicted, labels=np.unique(labels), average="macro"
    )
    found = macro_accuracy(confusion_matrix(predicted, labels, K))
    assert found == pytest.approx(expected)


def test_absent_classes_lower_macro_only_where_they_count_as_zero(scored):
    logits, labels = scored
    confusion = confusion_matrix(top_actions(logits), labels, K)
    lowered = macro_accuracy(confusion, missing_counts_as_zero=True)
    assert lowered == pytest.approx(macro_accuracy(confusion) * len(np.unique(labels)) / K)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_is_sklearns(scored_without_ties, k):
    logits, labels = scored_without_ties
    expected = sklearn.metrics.top_k_accuracy_score(labels, logits, k=k, labels=np.arange(K))
    assert top_k_accuracy(logits, labels, k) == pytest.approx(expected)


@pytest.mark.parametrize("k", [1, 2, 5, K, K + 1])
def test_top_k_sorts_scores_and_gives_ties_to_the_lower_class(scored, k):
    logits, labels = scored
    assert top_k_accuracy(logits, labels, k) == pytest.approx(slow_top_k(logits, labels, k))


def test_confusion_is_sklearns(scored):
    logits, labels = scored
    predicted = top_actions(logits)
    expected = sklearn.metrics.confusion_matrix(labels, predicted, labels=np.arange(K))
    assert np.array_equal(confusion_matrix(predicted, labels, K), expected)


def test_the_class_table_has_sklearns_recall_and_precision(scored):
    logits, labels = scored
    predicted = top_actions(logits)
    precision, recall, _, support = sklearn.metrics.precision_recall_fscore_support(
        labels, predicted, labels=np.arange(K), zero_division=np.nan
    )
    rows = class_table(confusion_matrix(predicted, labels, K))
    none_as_nan = [[np.nan if x is None else x for x in (r.recall, r.precision)] for r in rows]
    np.testing.assert_allclose(none_as_nan, np.stack([recall, precision], axis=1))
    assert [row.num_clips for row in rows] == support.tolist()


def test_top_one_is_micro_where_scores_tie():
    logits, labels = np.zeros((3, K)), np.array([0, 1, 0])
    assert top_k_accuracy(logits, labels, 1) == micro_accuracy(logits, labels) == 2 / 3


def test_as_many_guesses_as_classes_are_always_right():
    assert top_k_accuracy(np.zeros((2, 3)), np.array([2, 1]), 5) == 1.0


def test_one_clip_of_one_class_is_all_or_nothing():
    confusion = confusion_matrix(np.array([0]), np.array([0]), 1)
    assert macro_accuracy(confusion) == 1.0


def test_chance_names_the_commonest_training_class_not_the_commonest_test_class():
    assert chance_accuracy(np.array([1, 1, 0]), np.array([0, 0, 0, 1])) == 0.25


@pytest.mark.parametrize("num_present", [1, 2, K])
def test_chance_is_that_of_sklearns_classifier_of_the_commonest_class(num_present):
    generator = np.random.default_rng(num_present)
    training, test = generator.integers(0, num_present, 40), generator.integers(0, K, 30)
    dummy = DummyClassifier(strategy="most_frequent").fit(np.zeros((40, 1)), training)
    expected = dummy.score(np.zeros((30, 1)), test)
    assert chance_accuracy(training, test) == pytest.approx(expected)


def test_chance_without_training_clips_is_an_error():
    with pytest.raises(MetricsError, match="no training labels"):
        chance_accuracy(np.array([], int), np.array([0]))


def test_the_verb_of_the_top_action_counts_where_the_action_is_wrong():
    verb_of_action = np.array([0, 0, 1])
    predicted, labels = np.array([1, 2, 2]), np.array([0, 0, 2])
    assert part_accuracy(predicted, labels, verb_of_action) == pytest.approx(2 / 3)


def test_the_accuracy_of_a_part_is_sklearns_over_clips_that_have_it(scored):
    logits, labels = scored
    predicted = top_actions(logits)
    part_of_action = np.array([2, 0, 0, 1, -1, 1, 2])
    has_part = part_of_action[labels] >= 0
    expected = sklearn.metrics.accuracy_score(
        part_of_action[labels][has_part], part_of_action[predicted][has_part]
    )
    assert part_accuracy(predicted, labels, part_of_action) == pytest.approx(expected)


def test_a_clip_whose_action_has_no_noun_counts_for_nothing():
    noun_of_action = np.array([3, -1])
    assert part_accuracy(np.array([0, 1]), np.array([0, 1]), noun_of_action) == 1.0


def test_actions_without_verbs_have_no_verb_accuracy():
    assert part_accuracy(np.array([0]), np.array([1]), np.array([-1, -1])) is None


def test_no_clips_have_no_accuracy():
    with pytest.raises(MetricsError, match="no clips to measure"):
        micro_accuracy(np.zeros((0, 3)), np.zeros(0, int))


def test_scores_that_are_not_finite_are_an_error():
    with pytest.raises(MetricsError, match="1 of 2 clips"):
        micro_accuracy(np.array([[np.nan, 0], [0, 1]]), np.array([0, 1]))
