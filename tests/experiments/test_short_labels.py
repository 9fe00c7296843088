from pipeline.experiments.short_labels import MOST_LETTERS, short_names


def test_short_names_stay_as_they_are():
    assert short_names(["none", "stam (3 seeds)"]) == ["none", "stam (3 seeds)"]


def test_a_studys_digests_are_left_out_and_long_names_lose_their_middles():
    names = ["w3_table5-full-s1-0123abcd", "stam_table2-stam-official_split1-s1-cd09d8b6"]
    first, second = short_names(names)
    assert first == "w3_table5-full-s1"
    assert second == "stam_table2-stam-of…plit1-s1"
    assert len(second) == MOST_LETTERS


def test_what_tells_two_names_apart_is_never_left_out():
    digests = ["a-0123abcd", "a-0123abce"]
    assert short_names(digests) == digests
    middles = [f"{'x' * 20}{letter}{'y' * 20}" for letter in "ab"]
    assert short_names(middles) == middles
