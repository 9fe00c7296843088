import numpy as np
import pytest

from pipeline.kitchen.video import write_video
from pipeline.reporting.rate import probe_rate
from pipeline.tables.sessions import SessionVideo, write_session_videos


@pytest.fixture
def videos(tmp_path):
    """Two videos of 24 frames a second, one of 30, one that is no video, one that is not there."""
    frames = np.zeros((4, 16, 16, 3), np.uint8)
    for name, rate in (("a.mp4", 24), ("b.mp4", 30), ("c.mp4", 24)):
        write_video(frames, tmp_path / name, rate)
    (tmp_path / "d.mp4").write_text("no video")
    rows = [SessionVideo("S", "P", f"{name}.mp4", 4, "d") for name in "abcde"]
    write_session_videos(tmp_path / "sessions.csv", rows)
    return tmp_path


def test_the_commonest_rate_of_the_videos_is_told(videos):
    assert probe_rate(videos, videos / "sessions.csv", 0) == 24.0


def test_where_no_video_is_there_the_rate_is_not_known(videos):
    assert probe_rate(videos / "elsewhere", videos / "sessions.csv", 0) is None
