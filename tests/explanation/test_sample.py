import numpy as np

from pipeline.explanation.sample import choose_sample


def test_a_sample_has_as_many_actions_as_it_can():
    actions = [0] * 20 + [1, 2]
    assert sorted(actions[row] for row in choose_sample(actions, 3, seed=4)) == [0, 1, 2]


def test_a_smaller_sample_is_the_beginning_of_a_larger_one():
    actions = (np.arange(60) % 9).tolist()
    assert choose_sample(actions, 5, 1).tolist() == choose_sample(actions, 20, 1)[:5].tolist()


def test_the_sample_follows_its_seed():
    actions = (np.arange(60) % 9).tolist()
    picks = [choose_sample(actions, 6, seed).tolist() for seed in (1, 1, 2)]
    assert picks[0] == picks[1] != picks[2]


def test_fewer_clips_than_asked_for_are_all_sampled_once():
    assert sorted(choose_sample([0, 0, 1], 8, 0).tolist()) == [0, 1, 2]
    assert choose_sample([], 8, 0).tolist() == []


def test_preferred_rows_come_first_and_still_cover_actions():
    actions, preferred = [0] * 20 + [1, 2], [0, 1, 2, 21]
    chosen = choose_sample(actions, 22, 4, preferred).tolist()
    assert set(chosen[:4]) == set(preferred)
    assert sorted(actions[row] for row in chosen[:2]) == [0, 2]
    assert sorted(chosen) == list(range(22))
