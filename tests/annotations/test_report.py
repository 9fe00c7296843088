from dataclasses import replace

from pipeline.annotations.division import Division
from pipeline.annotations.listing import Listing, Span
from pipeline.annotations.report import make_report, record_protocol, report_metrics
from pipeline.annotations.splits import Carving
from pipeline.tables.classes import LabelClass

CLASSES = tuple(LabelClass("action", n, str(n + 1), name, None, ()) for n, name in enumerate("xyz"))
LISTING = Listing((), CLASSES, {"a": "a.txt"}, ())


def report(clips, reasons=()):
    division = Division((), ("a", "b"), {clip.clip: Span(0, 5) for clip in clips[:1]})
    record = record_protocol("session_disjoint", 4, division, clips)
    return make_report(LISTING, record, Carving(tuple(clips), ("v",), 3), reasons)


def test_clips_and_missing_classes_are_counted_by_part(make_clips):
    made = report([*make_clips(("a", 0), ("b", 1)), *make_clips(("c", 0), part="test")])
    assert made.clips == {"train": 2, "validation": 0, "test": 1}
    assert made.classes_without["train"] == ("z",)
    assert made.classes_without["test"] == ("y", "z")
    assert (made.sessions, made.subjects, made.frames, made.sessions_with_gaze) == (3, 3, 30, 1)


def test_the_protocol_stands_in_the_report_with_seed_groups_and_widened_clips(make_clips):
    made = report(make_clips(("a", 0), ("b", 1))).protocol
    assert (made.name, made.seed, made.test_groups) == ("session_disjoint", 4, ("a", "b"))
    assert made.widened == {"train": 1, "validation": 0, "test": 0}


def test_classes_that_one_part_alone_has_are_named(make_clips):
    clips = [
        *make_clips(("a", 0), ("b", 1)),
        *make_clips(("c", 0), part="validation"),
        *make_clips(("d", 0), ("d", 2), part="test"),
    ]
    assert report(clips).classes_only_in == {"train": ("y",), "test": ("z",)}


def test_the_parts_are_audited(make_clips):
    test = [replace(make_clips(("a", 0), part="test")[0], session_start=4)]
    audit = report([*make_clips(("a", 0)), *test]).audit
    assert audit["test_in_train"].clips_sharing_more_than_half == 1
    assert audit["validation_in_train"].clips == 0


def test_lengths_other_than_the_names_are_measured(make_clips):
    clips = make_clips(("a", 0), ("a", 0), ("a", 0))
    clips[1] = replace(clips[1], video_stop=clips[1].video_stop + 15)
    clips[2] = replace(clips[2], video_stop=clips[2].video_stop - 2)
    made = report(clips)
    assert made.clips_of_other_length == {"clips": 2, "least": -2, "most": 15}
    assert made.clips_shorter_than == {"16": 2, "24": 2}


def test_metrics_are_numbers_by_slash_names(make_clips):
    metrics = report_metrics(report(make_clips(("a", 0)), ["missing_video", "missing_video"]))
    assert metrics["quarantined/missing_video"] == 2.0
    assert metrics["classes_without/train"] == 2.0
    assert metrics["clips/train"] == 1.0
    assert metrics["protocol/seed"] == 4.0
    assert metrics["audit/test_in_train/clips_sharing_frames"] == 0.0
    assert "protocol/name" not in metrics
