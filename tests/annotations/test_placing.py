from dataclasses import replace

import pytest

from pipeline.annotations.containers import Container
from pipeline.annotations.listing import ListedClip, Span
from pipeline.annotations.placing import place_clips

LISTED = ListedClip("c", "s", "p", "a.mp4", Span(2, 6), None, 0, None, (), "train", "line 2")


def container(video, num_frames, fault=""):
    return Container(video, num_frames, "d", fault, f"{video} is bad" if fault else "")


def test_a_clip_without_frames_of_its_own_is_the_whole_video():
    listed = replace(LISTED, in_video=None, in_session=Span(40, 50))
    (clip,), _ = place_clips([listed], {"a.mp4": container("a.mp4", 9)})
    assert (clip.video_start, clip.video_stop) == (0, 9)
    assert (clip.session_start, clip.session_stop) == (40, 50)


def test_a_sessions_videos_stand_end_to_end_by_path():
    later = replace(LISTED, clip="d", video="b.mp4")
    videos = {"a.mp4": container("a.mp4", 100), "b.mp4": container("b.mp4", 7)}
    clips, _ = place_clips([later, LISTED], videos)
    assert [(clip.session_start, clip.session_stop) for clip in clips] == [(102, 106), (2, 6)]


@pytest.mark.parametrize(
    ("video", "reason"),
    [(container("a.mp4", 5), "beyond_video"), (container("a.mp4", 9, "no_frames"), "no_frames")],
)
def test_a_clip_without_its_frames_is_left_out_with_the_place(video, reason):
    clips, (entry,) = place_clips([LISTED], {"a.mp4": video})
    assert not clips
    assert (entry.clip, entry.session, entry.reason) == ("c", "s", reason)
    assert entry.detail.endswith("(line 2)")


def test_the_last_frame_may_be_used():
    clips, _ = place_clips([LISTED], {"a.mp4": container("a.mp4", 6)})
    assert len(clips) == 1
