import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotations.egtea import read_egtea
from pipeline.annotations.egtea_name import ClipNameError, padded_frames, parse_name


def test_a_name_of_the_official_lists_is_taken_apart():
    name = parse_name("OP01-R01-PastaSalad-637157-637787-F015290-F015308")
    assert (name.session, name.subject) == ("OP01-R01-PastaSalad", "OP01")
    assert name.frames == (15290, 15308)


@given(start=st.integers(0, 3_000_000), length=st.integers(1, 120_000))
def test_frames_follow_the_rule_in_exact_fractions(start, length):
    first, last = math.floor(24 * start / 1000), math.ceil(24 * (start + length) / 1000)
    padding = math.floor((last - first + 1) / 10)
    assert padded_frames(start, start + length) == (first - padding, last + padding)


def test_all_official_names_obey_the_rule(shared_dir):
    reasons = {
        entry.reason
        for split in (1, 2, 3)
        for entry in read_egtea(shared_dir / "egtea", (split,)).quarantined
    }
    assert "bad_name" not in reasons


@pytest.mark.parametrize(
    "name",
    [
        "OP01-R01-PastaSalad-637157-637787-F015290-F015309",
        "OP01-R01-PastaSalad-637157-637787-F015291-F015308",
        "OP01-R01-PastaSalad-637787-637157-F015305-F015292",
        "OP01-R01-637157-637787-F015290-F015308",
        "OP01-R01-PastaSalad-637157-637787-F015290-F015308.mp4",
        "",
    ],
)
def test_a_name_that_breaks_the_rule_is_refused(name):
    with pytest.raises(ClipNameError):
        parse_name(name)
