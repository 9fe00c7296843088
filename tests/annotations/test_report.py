from dataclasses import replace

from pipeline.annotations.listing import Listing
from pipeline.annotations.report import make_report, report_metrics
from pipeline.annotations.splits import Carving
from pipeline.tables.classes import LabelClass

CLASSES = tuple(LabelClass("action", n, str(n + 1), name, None, ()) for n, name in enumerate("xyz"))
LISTING = Listing((), CLASSES, {"a": "a.txt"}, ())


def report(clips, reasons=()):
    return make_report(LISTING, Carving(tuple(clips), ("v",), 3), reasons)


def test_clips_and_missing_classes_are_counted_by_part(make_clips):
    made = report([*make_clips(("a", 0), ("b", 1)), *make_clips(("c", 0), part="test")])
    assert made.clips == {"train": 2, "validation": 0, "test": 1}
    assert made.classes_without["train"] == ("z",)
    assert made.classes_without["test"] == ("y", "z")
    assert (made.sessions, made.subjects, made.frames, made.sessions_with_gaze) == (3, 3, 30, 1)


def test_test_clips_that_share_frames_with_training_are_counted(make_clips):
    train = make_clips(("a", 0), ("a", 0), ("b", 0))  # frames 0-10, 10-20 and 20-30
    test = make_clips(*[("a", 0)] * 3, ("b", 0), part="test")
    spans = [(19, 25), (20, 25), (5, 6), (10, 20)]
    moved = [
        replace(clip, session_start=start, session_stop=stop)
        for clip, (start, stop) in zip(test, spans, strict=True)
    ]
    assert report([*train, *moved]).clips_sharing_frames_with_training["test"] == 2


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
