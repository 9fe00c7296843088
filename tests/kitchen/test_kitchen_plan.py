from itertools import pairwise

from pipeline.kitchen.plan import plan_sessions


def test_clips_of_a_session_follow_each_other_without_overlap(demo):
    for session in plan_sessions(demo):
        for before, after in pairwise(session.clips):
            assert before.span.stop < after.span.start
        assert session.clips[-1].span.stop < session.num_frames


def test_lengths_are_within_the_bounds(demo):
    lengths = [len(clip.span) for session in plan_sessions(demo) for clip in session.clips]
    assert min(lengths) == demo.min_frames
    assert max(lengths) == demo.max_frames


def test_names_hold_the_frames_and_are_unique(demo):
    clips = [clip for session in plan_sessions(demo) for clip in session.clips]
    assert len({clip.name for clip in clips}) == 420
    for clip in clips:
        assert clip.name.endswith(f"-F{clip.span.start:06d}-F{clip.span.stop:06d}")


def test_subjects_alternate_between_the_two_trackers(demo):
    sessions = plan_sessions(demo)
    assert len({session.name for session in sessions}) == 12
    assert {session.subject for session in sessions} == {
        "OP01",
        "OP02",
        "OP03",
        "P01",
        "P02",
        "P03",
    }


def test_another_seed_gives_another_plan(demo):
    other = demo.model_copy(update={"seed": demo.seed + 1})
    assert plan_sessions(demo) == plan_sessions(demo)
    assert plan_sessions(demo) != plan_sessions(other)
