import numpy as np
import pytest

from pipeline.kitchen.classes import count_clips, number_by_count


def test_every_verb_is_done_to_every_noun_and_all_clips_are_used(demo):
    counts = count_clips(demo)
    assert len(counts) == 7 * 4
    assert sum(counts.values()) == 420
    assert min(counts.values()) >= 5


def test_the_commonest_class_is_about_as_much_commoner_as_asked(demo):
    counts = count_clips(demo).values()
    assert max(counts) / min(counts) == pytest.approx(demo.imbalance, abs=0.7)


def test_the_noun_does_not_betray_the_verb(demo):
    counts = count_clips(demo)
    table = np.array(list(counts.values())).reshape(7, 4)
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    assert np.abs(table - expected).max() < 2.0


def test_ids_fall_with_the_count_and_begin_at_one():
    assert number_by_count(["b", "c", "c", "a"]) == {"c": 1, "a": 2, "b": 3}
