from collections import Counter

import pytest

from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.params import ValidationConfig
from pipeline.annotations.splits import carve_validation

BY_ALL = ("session", "subject", "time")


@pytest.fixture
def clips(make_clips):
    """Five sessions of five subjects, each with 12 training clips of 3 classes, and test clips."""
    pairs = [(session, number % 3) for session in "abcde" for number in range(12)]
    return [*make_clips(*pairs), *make_clips(("a", 0), ("f", 1), part="test")]


def carve(clips, by, share=0.2, seed=0):
    return carve_validation(clips, ValidationConfig(by=by, share=share), seed)


def names(carving, part):
    return {clip.clip for clip in carving.clips if clip.part == part}


@pytest.mark.parametrize("by", BY_ALL)
def test_a_share_of_the_training_clips_is_held_back_and_test_stays(clips, by):
    carving = carve(clips, by)
    assert len(names(carving, "validation")) == 12
    assert names(carving, "test") == {clip.clip for clip in clips if clip.part == "test"}
    assert [clip.clip for clip in carving.clips] == [clip.clip for clip in clips]


@pytest.mark.parametrize("by", BY_ALL)
def test_every_class_stays_in_training(make_clips, by):
    pairs = [(session, number % 2) for session in "abcd" for number in range(4)]
    clips = make_clips(*pairs, ("b", 7), ("d", 8))
    for seed in range(8):
        carved = carve(clips, by, share=0.3, seed=seed).clips
        assert {clip.action for clip in carved if clip.part == "train"} == {0, 1, 7, 8}


def test_groups_that_hold_a_class_together_are_not_both_taken(make_clips):
    clips = make_clips(("a", 0), ("a", 5), ("b", 0), ("b", 5), ("c", 0), ("c", 0))
    for seed in range(8):
        carved = carve(clips, "session", share=0.7, seed=seed).clips
        assert {clip.action for clip in carved if clip.part == "train"} == {0, 5}


@pytest.mark.parametrize(("by", "field"), [("session", "session"), ("subject", "subject")])
def test_groups_are_held_back_whole(clips, by, field):
    parts = Counter()
    for clip in carve(clips, by).clips:
        if clip.part != "test":
            parts[getattr(clip, field)] |= 1 if clip.part == "train" else 2
    assert set(parts.values()) == {1, 2}


def test_time_holds_back_the_last_clips_of_each_session(clips):
    carving = carve(clips, "time")
    first_held = Counter()
    last_kept = Counter()
    for clip in carving.clips:
        if clip.part == "validation":
            first_held[clip.session] = min(
                first_held[clip.session] or clip.session_start, clip.session_start
            )
        elif clip.part == "train":
            last_kept[clip.session] = max(last_kept[clip.session], clip.session_start)
    assert set(first_held) == set("abcde")
    assert all(first_held[session] > last_kept[session] for session in "abcde")


@pytest.mark.parametrize("by", BY_ALL)
def test_the_order_of_the_clips_does_not_matter(clips, by):
    for seed in range(8):
        forward, backward = carve(clips, by, seed=seed), carve(clips[::-1], by, seed=seed)
        assert names(forward, "validation") == names(backward, "validation")


def test_another_seed_draws_other_sessions(clips):
    assert len({carve(clips, "session", seed=seed).groups for seed in range(10)}) > 2


def test_none_changes_nothing(clips):
    assert carve(clips, "none").clips == tuple(clips)


def test_the_group_that_costs_the_fewest_classes_is_taken_where_all_cost_some(make_clips):
    clips = make_clips(("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 3), ("c", 0), ("c", 4))
    carving = carve(clips, "session", share=0.3)
    assert len(carving.groups) == 1
    assert carving.groups[0] in {"b", "c"}


def test_a_clip_whose_class_has_no_other_stays_in_training(make_clips):
    carving = carve(make_clips(("a", 0), ("a", 0), ("a", 0), ("a", 1)), "time", share=0.5)
    assert names(carving, "validation") == {"a-train-2"}
    assert carving.kept_for_class == 1


@pytest.mark.parametrize(
    ("by", "pairs"),
    [
        ("subject", [("a", 0), ("a", 0)]),  # one group
        ("session", [("a", 0), ("b", 1)]),  # each group is a class of its own
        ("time", [("a", 0), ("b", 0), ("c", 0)]),  # sessions of one clip
    ],
)
def test_a_part_that_would_be_empty_is_an_error_that_names_the_choices(make_clips, by, pairs):
    with pytest.raises(AnnotationError, match="session, subject, time, none"):
        carve(make_clips(*pairs), by)


def test_listed_validation_clips_and_a_carved_part_exclude_each_other(make_clips):
    clips = make_clips(("a", 0), ("b", 0)) + make_clips(("c", 0), part="validation")
    with pytest.raises(AnnotationError, match=r"validation\.by=none"):
        carve(clips, "session")
