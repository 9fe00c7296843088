import time
from dataclasses import replace

import numpy as np
import pytest
from annotations.conftest import place_unseen

from pipeline.annotations.audit import Overlap, audit_parts, cover_sessions, measure_overlap
from pipeline.annotations.protocols import OF_OFFICIAL_LISTS


def count_with_frame_sets(clips, others):
    """Count as `Overlap` is defined: every clip's frames against the set of all others' frames."""
    frames = {}
    for clip in others:
        span = range(clip.session_start, clip.session_stop)
        frames.setdefault(clip.session, set()).update(span)
    shared = [
        (
            sum(
                frame in frames.get(clip.session, ())
                for frame in range(clip.session_start, clip.session_stop)
            ),
            clip.session_stop - clip.session_start,
        )
        for clip in clips
    ]
    known = {clip.subject for clip in clips if clip.subject}
    return Overlap(
        clips=len(clips),
        subjects=len(known),
        subjects_shared=len({name for name in known if name in {o.subject for o in others}}),
        sessions=len({clip.session for clip in clips}),
        sessions_shared=sum(name in frames for name in {clip.session for clip in clips}),
        clips_sharing_frames=sum(number > 0 for number, _ in shared),
        clips_sharing_more_than_half=sum(number > length / 2 for number, length in shared),
    )


def spread(make_clips, spans, part="train", session="a"):
    return [
        replace(clip, session_start=start, session_stop=stop)
        for clip, (start, stop) in zip(
            make_clips(*[(session, 0)] * len(spans), part=part), spans, strict=True
        )
    ]


@pytest.mark.parametrize(
    ("span", "sharing", "more_than_half"),
    [
        ((0, 10), 0, 0),  # a stop is no frame of the clip
        ((20, 30), 0, 0),
        ((9, 11), 1, 0),  # just a half
        ((9, 12), 1, 1),
        ((12, 18), 1, 1),
        ((0, 40), 1, 0),
        ((10, 20), 1, 1),
        ((19, 20), 1, 1),
    ],
)
def test_frames_count_from_start_to_before_stop(make_clips, span, sharing, more_than_half):
    found = measure_overlap(
        spread(make_clips, [span], "test"), spread(make_clips, [(10, 15), (15, 20)])
    )
    assert found.clips_sharing_frames == sharing
    assert found.clips_sharing_more_than_half == more_than_half


def test_a_frame_of_several_training_clips_counts_once(make_clips):
    train = spread(make_clips, [(0, 4), (0, 4), (1, 4)])
    found = measure_overlap(spread(make_clips, [(0, 10)], "test"), train)
    assert (found.clips_sharing_frames, found.clips_sharing_more_than_half) == (1, 0)


def test_clips_of_other_sessions_share_no_frames(make_clips):
    found = measure_overlap(
        spread(make_clips, [(0, 10)], "test", "b"), spread(make_clips, [(0, 10)])
    )
    assert found == Overlap(1, 1, 0, 1, 0, 0, 0)


def test_unknown_subjects_are_not_shared(make_clips):
    test, train = make_clips(("a", 0), part="test"), make_clips(("b", 0))
    unknown = [replace(clip, subject="") for clip in (*test, *train)]
    found = measure_overlap(unknown[:1], unknown[1:])
    assert (found.subjects, found.subjects_shared) == (0, 0)


@pytest.mark.parametrize("seed", range(40))
def test_the_sweep_counts_as_sets_of_frames_do(make_clips, seed):
    rng = np.random.default_rng(seed)
    clips = [
        replace(clip, session_start=int(start), session_stop=int(start + length), part=part)
        for clip, start, length, part in zip(
            make_clips(*[(str(rng.choice(list("abcd"))), 0) for _ in range(60)]),
            rng.integers(0, 200, 60),
            rng.integers(1, 40, 60),
            rng.choice(["train", "validation", "test"], 60),
            strict=True,
        )
    ]
    parts = {
        part: [clip for clip in clips if clip.part == part]
        for part in ("train", "validation", "test")
    }
    found = audit_parts(clips)
    for name, overlap in found.items():
        part, other = name.split("_in_")
        assert overlap == count_with_frame_sets(parts[part], parts[other])


def test_a_part_without_clips_shares_nothing(make_clips):
    clips = make_clips(("a", 0))
    assert measure_overlap([], clips) == Overlap(0, 0, 0, 0, 0, 0, 0)
    assert measure_overlap(clips, []) == Overlap(1, 1, 0, 1, 0, 0, 0)


def test_covered_ranges_are_in_order_and_do_not_touch(make_clips):
    covered = cover_sessions(spread(make_clips, [(8, 9), (0, 3), (3, 5), (6, 7), (1, 2)]))["a"]
    assert covered.starts == (0, 6, 8)
    assert covered.stops == (5, 7, 9)
    assert [covered.count_before(frame) for frame in (0, 1, 5, 6, 7, 20)] == [0, 1, 5, 5, 6, 7]


@pytest.mark.parametrize(
    ("split", "subjects", "sessions", "sharing", "more_than_half"),
    [(1, 26, 65, 539, 74), (2, 25, 42, 484, 46), (3, 18, 58, 398, 56)],
)
def test_every_official_split_of_egtea_trains_on_its_test_sessions_and_on_test_frames(
    official, split, subjects, sessions, sharing, more_than_half
):
    found = audit_parts(place_unseen(official(f"official_split{split}").clips))["test_in_train"]
    assert (found.subjects, found.subjects_shared) == (subjects, subjects)
    assert (found.sessions, found.sessions_shared) == (sessions, sessions)
    assert found.clips_sharing_frames == sharing
    assert found.clips_sharing_more_than_half == more_than_half


def test_the_sweep_and_the_sets_agree_on_the_official_lists(official):
    clips = place_unseen(official("official_split1").clips)
    test, train = ([clip for clip in clips if clip.part == part] for part in ("test", "train"))
    assert measure_overlap(test, train) == count_with_frame_sets(test, train)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("protocol", ["session_disjoint", "subject_disjoint"])
def test_disjoint_splits_of_egtea_share_nothing(official, protocol, seed):
    found = audit_parts(place_unseen(official(protocol, seed).clips))["test_in_train"]
    assert found.sessions_shared == 0
    assert found.clips_sharing_frames == 0
    assert found.clips_sharing_more_than_half == 0
    assert found.subjects_shared == 0 or protocol == "session_disjoint"


@pytest.mark.parametrize("protocol", OF_OFFICIAL_LISTS)
def test_all_of_egtea_is_audited_in_less_than_half_a_second(official, protocol):
    clips = place_unseen(official(protocol, seed=1).clips)
    started = time.process_time()
    audit_parts(clips)
    assert time.process_time() - started < 0.5  # 0.012 s without the tests' checks of types
